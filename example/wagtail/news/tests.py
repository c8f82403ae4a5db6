"""Pages of a real Wagtail site as material; run by ``manage.py test``."""

import re
from datetime import datetime, timedelta
from unittest import mock

import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
)

from gonets.audience.links import sign_up_token
from gonets.audience.models import Consent, SignUp
from gonets.content.fetching import fetch_source
from gonets.content.models import Material, Section, Source
from gonets.content.queries import published_materials
from gonets.contrib.wagtail import following
from gonets.contrib.wagtail.models import NewsletterSignup
from gonets.newsletters.actions import archive_newsletter
from gonets.newsletters.standing.queries import editors
from news.management.commands.fill import add_article, add_newsletter
from news.models import ArticlePage, FrontPage, RubricPage


class PagesAreMaterial(TestCase):
    def setUp(self) -> None:
        self.home = Site.objects.get(is_default_site=True).root_page
        with self.captureOnCommitCallbacks(execute=True):
            self.city = self.home.add_child(instance=RubricPage(title="Город"))
            add_article(self.city, "Мост открыт")
        self.article = ArticlePage.objects.get()

    def titles(self) -> list[str]:
        return sorted(each.title for each in published_materials())

    def test_a_published_page_is_there_at_once_with_its_section_and_picture(self):
        material = Material.objects.get()

        self.assertEqual(material.title, "Мост открыт")
        self.assertEqual(material.section.name, "Город")
        self.assertIn("коротко", material.teaser)
        self.assertIn("Подробности", material.body)
        self.assertIn("/media/images/", material.picture_source)
        self.assertEqual(material.address, self.address_of(self.article))

    def address_of(self, page: Page) -> str:
        return f"http://localhost:8000{page.get_url_parts()[2]}"

    def test_a_draft_never_comes(self):
        with self.captureOnCommitCallbacks(execute=True):
            draft = ArticlePage(title="Тайна", live=False)
            self.city.add_child(instance=draft)
            self.article.title = "Ещё не готово"
            self.article.save_revision()
        fetch_source(Source.objects.get(kind="model").pk)

        self.assertEqual(self.titles(), ["Мост открыт"])

    def test_an_unpublished_page_is_withdrawn_at_once(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.article.unpublish()

        self.assertEqual(self.titles(), [])

    def test_a_deleted_branch_is_withdrawn_at_once(self):
        with self.captureOnCommitCallbacks(execute=True):
            Page.objects.get(pk=self.city.pk).delete()

        self.assertEqual(self.titles(), [])

    def test_a_restriction_of_an_ancestor_withdraws_and_its_end_gives_back(self):
        with self.captureOnCommitCallbacks(execute=True):
            restriction = PageViewRestriction.objects.create(
                page=Page.objects.get(pk=self.city.pk), restriction_type="login"
            )
        private = self.titles()
        fetch_source(Source.objects.get(kind="model").pk)
        fetched = self.titles()
        with self.captureOnCommitCallbacks(execute=True):
            restriction.delete()

        self.assertEqual((private, fetched), ([], []))
        self.assertEqual(self.titles(), ["Мост открыт"])

    def test_a_page_moved_below_something_private_is_withdrawn_at_once(self):
        hidden = self.home.add_child(instance=RubricPage(title="Для своих"))
        PageViewRestriction.objects.create(page=hidden, restriction_type="login")
        with self.captureOnCommitCallbacks(execute=True):
            self.article.move(hidden, pos="last-child")

        self.assertEqual(self.titles(), [])

    def test_a_moved_page_is_in_its_new_section(self):
        culture = self.home.add_child(instance=RubricPage(title="Культура"))
        with self.captureOnCommitCallbacks(execute=True):
            self.article.move(culture, pos="last-child")

        self.assertEqual(Material.objects.get().section.name, "Культура")

    def test_a_rubric_moves_with_its_branch_and_is_marked_when_it_is_deleted(self):
        region = self.home.add_child(instance=RubricPage(title="Область"))
        add_article(region, "Мост закрыт")
        with self.captureOnCommitCallbacks(execute=True):
            Page.objects.get(pk=self.city.pk).move(region, pos="last-child")
        parent = Section.objects.get(name="Город").parent
        with self.captureOnCommitCallbacks(execute=True):
            Page.objects.get(pk=self.city.pk).delete()
        fetch_source(Source.objects.get(kind="model").pk)

        self.assertEqual(parent.name, "Область")
        self.assertIsNotNone(Section.objects.get(name="Город").gone_at)
        self.assertIsNone(Section.objects.get(name="Область").gone_at)

    def test_a_rubric_whose_articles_are_all_withdrawn_is_not_gone(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.article.unpublish()
        fetch_source(Source.objects.get(kind="model").pk)

        self.assertIsNone(Section.objects.get(name="Город").gone_at)

    def test_a_large_branch_is_withdrawn_at_once_and_given_back_by_the_worker(self):
        with mock.patch.object(following, "MOST_AT_ONCE", 0):
            with self.captureOnCommitCallbacks(execute=True):
                restriction = PageViewRestriction.objects.create(
                    page=Page.objects.get(pk=self.city.pk), restriction_type="login"
                )
            hidden = self.titles()
            with self.captureOnCommitCallbacks(execute=True):
                restriction.delete()
        source = Source.objects.get(kind="model")
        wanted = source.wanted_at
        fetch_source(source.pk)

        self.assertEqual(hidden, [])
        self.assertIsNotNone(wanted)
        self.assertEqual(self.titles(), ["Мост открыт"])

    def test_of_a_paused_source_only_what_visitors_see_no_more_goes_at_once(self):
        Source.objects.filter(kind="model").update(is_paused=True)
        with self.captureOnCommitCallbacks(execute=True):
            add_article(self.city, "Новое")
            PageViewRestriction.objects.create(
                page=Page.objects.get(pk=self.article.pk), restriction_type="login"
            )

        self.assertEqual(self.titles(), [])

    def test_an_alias_is_the_same_page_and_a_copy_another_one(self):
        culture = self.home.add_child(instance=RubricPage(title="Культура"))
        with self.captureOnCommitCallbacks(execute=True):
            self.article.create_alias(parent=culture)
            self.article.copy(
                to=culture, update_attrs={"slug": "kopiya", "title": "Копия"}
            )

        self.assertEqual(self.titles(), ["Копия", "Мост открыт"])

    def test_a_copied_branch_comes_with_a_section_of_its_own(self):
        with self.captureOnCommitCallbacks(execute=True):
            Page.objects.get(pk=self.city.pk).copy(
                recursive=True, update_attrs={"slug": "region", "title": "Область"}
            )

        sections = {each.section.name for each in published_materials()}
        self.assertEqual(sections, {"Город", "Область"})

    @override_settings(
        WAGTAIL_I18N_ENABLED=True,
        WAGTAIL_CONTENT_LANGUAGES=[("ru", "Русский"), ("en", "English")],
    )
    def test_pages_of_another_language_come_in_it_and_their_drafts_do_not(self):
        english = Locale.objects.create(language_code="en")
        with self.captureOnCommitCallbacks(execute=True):
            self.article.copy_for_translation(english, copy_parents=True)
        before = self.titles()
        with self.captureOnCommitCallbacks(execute=True):
            page = ArticlePage.objects.get(locale=english)
            page.title = "The bridge is open"
            page.save_revision().publish()

        self.assertEqual(before, ["Мост открыт"])
        translated = Material.objects.get(language="en")
        self.assertEqual(translated.title, "The bridge is open")
        self.assertEqual(self.titles(), ["The bridge is open", "Мост открыт"])

    def test_a_picture_of_a_private_collection_is_not_taken(self):
        members = Collection.get_first_root_node().add_child(name="Для своих")
        CollectionViewRestriction.objects.create(
            collection=members, restriction_type="login"
        )
        self.article.image.collection = members
        self.article.image.save()
        with self.captureOnCommitCallbacks(execute=True):
            self.article.save()

        self.assertEqual(Material.objects.get().picture_source, "")

    def test_another_address_of_a_rubric_is_one_of_its_articles(self):
        rubric = self.city.specific
        rubric.slug = "town"
        with self.captureOnCommitCallbacks(execute=True):
            rubric.save_revision().publish()

        self.assertIn("/town/", Material.objects.get().address)

    def test_another_host_of_the_site_is_read_anew(self):
        site = Site.objects.get(is_default_site=True)
        site.hostname, site.port = "news.town.example", 8443
        with self.captureOnCommitCallbacks(execute=True):
            site.save()
        fetch_source(Source.objects.get(kind="model").pk)

        address = Material.objects.get().address
        self.assertTrue(address.startswith("http://news.town.example:8443/"), address)

    def test_each_site_has_its_own_address(self):
        root = Page.get_first_root_node()
        second = root.add_child(instance=RubricPage(title="Вторая", slug="second"))
        Site.objects.create(hostname="second.example", port=443, root_page=second)
        with self.captureOnCommitCallbacks(execute=True):
            add_article(second, "На втором")

        material = Material.objects.get(title="На втором")
        self.assertTrue(material.address.startswith("https://second.example/"))
        self.assertEqual(material.section.name, "Вторая")

    def test_what_is_published_by_the_clock_comes_then_and_goes_when_it_expires(self):
        soon = timezone.now() + timedelta(hours=1)
        page = ArticlePage(
            title="Завтра",
            live=False,
            go_live_at=soon,
            expire_at=soon + timedelta(days=1),
        )
        with self.captureOnCommitCallbacks(execute=True):
            self.city.add_child(instance=page)
            page.save_revision().publish()
        waiting = self.titles()
        published = self.titles_at(soon + timedelta(minutes=1))
        expired = self.titles_at(soon + timedelta(days=2))

        self.assertEqual(waiting, ["Мост открыт"])
        self.assertEqual(published, ["Завтра", "Мост открыт"])
        self.assertEqual(expired, ["Мост открыт"])

    def titles_at(self, moment: datetime) -> list[str]:
        with time_machine.travel(moment, tick=False):
            with self.captureOnCommitCallbacks(execute=True):
                call_command("publish_scheduled", verbosity=0)
            return self.titles()

    def test_a_bulk_action_is_followed_like_any_other(self):
        get_user_model().objects.create_superuser("admin", password="x")
        self.client.login(username="admin", password="x")
        add_article(self.city, "Второй")
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                f"/admin/bulk/wagtailcore/page/unpublish/?id={self.city.pk}",
                {"include_descendants": "on"},
            )

        self.assertEqual(self.titles(), [])

    def test_a_page_without_body_and_picture_has_a_title_all_the_same(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.city.add_child(instance=RubricPage(title="Пусто"))

        self.assertEqual(Material.objects.get(title="Пусто").body, "")

    def test_an_expired_page_does_not_come(self):
        ago = timezone.now() - timedelta(minutes=1)
        with self.captureOnCommitCallbacks(execute=True):
            self.article.expire_at = ago
            self.article.save()

        self.assertEqual(self.titles(), [])

    def test_a_page_outside_every_site_does_not_come(self):
        root = Page.get_first_root_node()
        with self.captureOnCommitCallbacks(execute=True):
            root.add_child(instance=ArticlePage(title="Нигде", slug="nowhere"))

        self.assertEqual(self.titles(), ["Мост открыт"])


class ReadersSignUpOnAnyPage(TestCase):
    def setUp(self) -> None:
        site = Site.objects.get(is_default_site=True)
        self.newsletter = add_newsletter()
        self.saved = NewsletterSignup.objects.create(
            name="Внизу каждой страницы", heading="Saved <words>"
        )
        words = {"heading": "Own <words>", "consent": "Раз в неделю"}
        self.page = FrontPage(title="Новости", slug="news")
        self.page.body = [("signup", words), ("saved_signup", self.saved)]
        site.root_page.add_child(instance=self.page)

    def shown(self) -> str:
        return self.client.get("/news/").content.decode()

    def test_the_block_and_the_snippet_show_a_form_that_needs_no_script(self):
        shown = self.shown()

        self.assertEqual(shown.count('action="/newsletters/join/"'), 3)
        self.assertIn("Own &lt;words&gt;", shown)
        self.assertIn("Saved &lt;words&gt;", shown)
        self.assertNotIn("<script", shown)
        self.assertNotIn("style=", shown)
        self.assertNotIn("csrfmiddlewaretoken", shown)
        ids = re.findall(r'id="([^"]+)"', shown)
        self.assertEqual(len(ids), len(set(ids)))

    def test_who_signs_up_leaves_the_page_and_its_words_as_evidence(self):
        origin, key = re.search(
            r'name="origin" value="([^"]+)".*?name="newsletter" value="([^"]+)"',
            self.shown(),
            re.DOTALL,
        ).groups()
        form = {"origin": origin, "newsletter": key, "address": "ann@town.example"}
        answer = self.client.post("/newsletters/join/", form)
        sign_up = SignUp.objects.get()
        token = sign_up_token(sign_up)
        self.client.get(f"/newsletters/j/{token}/")
        before = Consent.objects.filter(kind="reader").count()
        confirmed = self.client.post(f"/newsletters/j/{token}/", follow=True)

        self.assertEqual(answer.status_code, 302)
        self.assertEqual(before, 0)
        self.assertContains(confirmed, "Вы подписаны")
        evidence = Consent.objects.get(kind="reader").evidence
        self.assertIn("http://localhost/news/", evidence)
        self.assertIn("Раз в неделю", evidence)

    def test_a_newsletter_that_ended_is_offered_no_more(self):
        archive_newsletter(self.newsletter.pk)

        self.assertNotIn("gonets-sign-up", self.shown())

    def test_the_form_is_no_part_of_what_a_page_says(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.page.save()

        material = Material.objects.get(title="Новости")
        self.assertNotIn("mail", material.body + material.teaser)

    def test_an_author_writes_it_in_the_admin(self):
        user = get_user_model().objects.create_superuser("admin", password="x")
        self.client.force_login(user)
        there = "/admin/snippets/gonets_wagtail/newslettersignup/"
        self.client.post(
            f"{there}add/",
            {"name": "Other", "newsletters": [self.newsletter.pk], "text": "null"},
        )

        self.assertContains(self.client.get(there), "Other")
        edited = self.client.get(f"/admin/pages/{self.page.pk}/edit/")
        self.assertContains(edited, self.newsletter.readership.key)
        made = NewsletterSignup.objects.get(name="Other")
        self.assertEqual(list(made.newsletters.all()), [self.newsletter])

    def test_a_saved_form_that_was_deleted_leaves_the_page_standing(self):
        self.saved.delete()

        self.assertEqual(self.shown().count("<form"), 1)

    def test_no_migration_is_missing(self):
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)


class TheDeskIsInTheAdmin(TestCase):
    def person(self, *permissions: str):
        user = get_user_model().objects.create_user("editor", password="x")
        group = Group.objects.create(name="Newsletter")
        group.permissions.add(
            *Permission.objects.filter(codename__in=["access_admin", *permissions])
        )
        user.groups.add(group)
        self.client.force_login(user)

    def test_a_stranger_is_sent_to_the_log_in_of_wagtail(self):
        answer = self.client.get("/newsletters/")

        self.assertRedirects(
            answer, "/admin/login/?next=/newsletters/", fetch_redirect_response=False
        )

    def test_an_editor_of_pages_alone_sees_no_menu_and_is_refused(self):
        self.person()

        self.assertNotContains(self.client.get("/admin/"), "/newsletters/")
        self.assertNotEqual(self.client.get("/newsletters/").status_code, 200)

    def test_who_has_the_permission_finds_the_desk_in_the_menu(self):
        self.person("edit_newsletters")

        self.assertContains(self.client.get("/admin/"), "/newsletters/")
        desk = self.client.get("/newsletters/")
        self.assertContains(desk, 'href="/admin/"')
        policy = desk.headers["Content-Security-Policy"]
        self.assertIn("script-src 'self'", policy)
        self.assertEqual(desk.headers["X-Frame-Options"], "SAMEORIGIN")

    def test_set_up_is_for_those_who_may(self):
        self.person("edit_newsletters")

        answer = self.client.get("/newsletters/settings/")

        self.assertRedirects(answer, "/admin/", fetch_redirect_response=False)

    def test_who_may_set_up_sees_the_links_and_gets_there_without_being_superuser(self):
        self.person("edit_newsletters", "set_up_newsletters")

        desk = self.client.get("/newsletters/")

        self.assertContains(desk, 'href="/newsletters/settings/"')
        self.assertEqual(self.client.get("/newsletters/settings/").status_code, 200)

    def test_who_may_not_sees_no_link_to_what_would_refuse_them(self):
        self.person("edit_newsletters")

        desk = self.client.get("/newsletters/")

        self.assertNotContains(desk, 'href="/newsletters/settings/"')

    def test_notices_go_to_those_whose_groups_make_newsletters(self):
        self.person("edit_newsletters")
        get_user_model().objects.update(email="editor@town.example")
        get_user_model().objects.create_user("author", email="author@town.example")

        told = [each.email for each in editors()]

        self.assertEqual(told, ["editor@town.example"])

    def test_the_owner_is_offered_the_pages_as_a_source(self):
        self.person("edit_newsletters")

        form = self.client.get("/newsletters/sources/new/model/")

        self.assertContains(form, '<option value="wagtail"')

    def test_a_picture_of_a_letter_needs_no_log_in(self):
        answer = self.client.get(reverse("gonets:picture", args=["no-such.jpg"]))

        self.assertEqual(answer.status_code, 404)

    def test_readers_leave_without_a_log_in(self):
        answer = self.client.get("/newsletters/u/no-such-token/")

        self.assertEqual(answer.status_code, 404)
