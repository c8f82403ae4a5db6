"""Pages of a real Wagtail site as material; run by ``manage.py test``."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from gonets.content.fetching import fetch_source
from gonets.content.models import Material, Source
from gonets.content.queries import published_materials
from news.management.commands.fill import add_article
from news.models import ArticlePage, RubricPage


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
