"""A DNS server on loopback that knows some TXT records and nothing else."""

from __future__ import annotations

import socket
import threading
from typing import Self

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


class DnsServer:
    """Answers from ``records``; a name it does not know does not exist.

    A key that DNS panels split is written as several strings.
    """

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.is_broken = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """What asks this server only."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self._socket.getsockname()[1]
        return resolver

    def publish(self, name: str, text: str) -> None:
        self.records[name] = [text[at : at + 255] for at in range(0, len(text), 255)]

    def _serve(self) -> None:
        while True:
            packet, peer = self._socket.recvfrom(4096)
            if not packet:
                return
            answer = self._answer(dns.message.from_wire(packet))
            self._socket.sendto(answer.to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        question = query.question[0]
        strings = self.records.get(question.name.to_text(omit_final_dot=True))
        if self.is_broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif strings is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            texts = " ".join(f'"{string}"' for string in strings)
            found = dns.rrset.from_text(question.name, 60, "IN", "TXT", texts)
            answer.answer.append(found)
        return answer
