"""What people see of a language model's wording: on the command line, in the chat, from `kb doctor`, in settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from conftest import RunKb
from llm_server import CELL, GOOD, ChatServer, Handler, says, wording_well

from app.ui.conversation import Entry, entry_to_html, question_to_entries
from app.ui.sources import answer_to_html
from app.wording import answer_to_remarks
from kb.answering import answer
from kb.model import Answer, Check, Wording
from kb.settings import Settings, text_to_llm
from kb.store import KnowledgeBase


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with wording_well(monkeypatch) as running:
        yield running


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_the_command_line_says_who_worded_an_answer(run_kb: RunKb, corpus_home: Path, server: ChatServer) -> None:
    done = run_kb("ask", CELL, "--home", corpus_home)
    assert GOOD in done.out
    assert "Worded by model-1. Its figures, names and quotations were checked" in done.out
    server.behaviour = says("Nottinghamshire paid £9 [1].")
    done = run_kb("ask", CELL, "--home", corpus_home)
    assert "as the language model gave none: its wording failed the check: £9 stands in no cited place" in done.out
    assert "paid £9" not in done.out
    assert "£1,087,357" in done.out


def test_json_and_batch_hold_the_check_and_who_worded(
    run_kb: RunKb, corpus_home: Path, server: ChatServer, tmp_path: Path
) -> None:
    found = run_kb("ask", CELL, "--json", "--home", corpus_home).json
    assert found["wording"] == {"by": "model-1", "fallback": None}
    assert found["check"] == {"passed": True, "quotes": 1, "figures": 2, "names": 3, "dropped": []}
    server.behaviour = says("I refuse.")
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": 1, "question": CELL}) + "\n", encoding="utf-8")
    [line] = run_kb("ask", "--batch", batch, "--home", corpus_home).json_lines
    assert line["wording"] == {"by": "documents", "fallback": "it named no sources"}
    assert line["check"]["passed"] is True


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def test_the_chat_shows_progress_and_then_the_answer(kb: KnowledgeBase, server: ChatServer) -> None:
    server.behaviour = says(f"{GOOD} Kent paid £5 [1]. Notts contributes £1,087,357 [1].", size=3)
    *steps, _, last = question_to_entries(kb, CELL, [])
    assert steps
    assert not any(entry.done for entry in steps)
    shown = [entry_to_html(entry, kb) for entry in steps]
    assert not any("Kent" in html for html in shown)
    assert re.search(r"A language model is wording the answer: \d+ words", words(shown[-1]))
    assert "Nottinghamshire paid £1,087,357" in words(shown[-1])
    assert last.done
    assert "Worded by model-1" in words(entry_to_html(last, kb))
    assert "Left out, as it failed the check" in words(entry_to_html(last, kb))


def test_the_chat_says_why_the_model_is_not_heard(kb: KnowledgeBase, server: ChatServer) -> None:
    server.behaviour = says("<b>Nottinghamshire</b> paid £9 <script>alert(1)</script> [1].")
    *_, last = question_to_entries(kb, CELL, [])
    html = entry_to_html(last, kb)
    assert "<script>" not in html
    assert "In the documents' own words, as the language model gave none" in words(html)
    assert "£1,087,357" in words(html)


def test_without_a_model_the_chat_has_the_answer_at_once_and_no_remark(kb: KnowledgeBase) -> None:
    first, last = question_to_entries(kb, CELL, [])
    assert first.answer is not None
    assert last.done
    assert "language model" not in words(entry_to_html(last, kb))


def test_a_question_that_cannot_be_asked_is_told_in_its_place(kb: KnowledgeBase) -> None:
    [only] = question_to_entries(kb, "?!", [Entry(CELL)])
    assert "no words" in (only.problem or "")
    assert only.answer is None


def test_what_was_left_out_is_said_in_words(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = Answer("q", "answered", "It is so. [1]", check=Check(True, 1, 0, 0, ("£5 <i> stands nowhere",)))
        assert "£5 &lt;i&gt; stands nowhere" in answer_to_html(found, kb)
        assert answer_to_remarks(Answer("q", "not_found", "", check=Check(False, 0, 0, 0, ("x",)))) == []


def test_doctor_names_the_language_model(run_kb: RunKb, corpus_home: Path, server: ChatServer) -> None:
    found = {one["subject"]: one for one in run_kb("doctor", "--json", "--home", corpus_home).json}
    assert found["language model"]["remedy"] is None
    assert "model-1 at http://127.0.0.1" in found["language model"]["text"]


def test_doctor_finds_a_language_model_that_is_down(
    run_kb: RunKb, corpus_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LLM", "http://127.0.0.1:9/v1#m")
    found = {one["subject"]: one for one in run_kb("doctor", "--json", "--home", corpus_home).json}
    assert "no server answers" in found["language model"]["text"]
    assert found["language model"]["remedy"]


@pytest.mark.parametrize(
    ("text", "address", "model"),
    [
        ("ollama/llama3.2:3b", "http://127.0.0.1:11434/v1", "llama3.2:3b"),
        ("http://127.0.0.1:8080/v1#qwen", "http://127.0.0.1:8080/v1", "qwen"),
        ("http://127.0.0.1:8080#qwen", "http://127.0.0.1:8080/v1", "qwen"),
        ("https://example.org/openai/v1/#a/b", "https://example.org/openai/v1", "a/b"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", "default"),
    ],
)
def test_a_model_is_named_by_ollama_or_url(text: str, address: str, model: str) -> None:
    assert text_to_llm(text) == (address, model)


@pytest.mark.parametrize(
    "text", ["llama3", "ollama/", "ftp://a/b", "http://", "http://me:secret@a/v1", "http://a/v1?key=1", "http://a:x/v1"]
)
def test_another_setting_is_refused_by_name(
    run_kb: RunKb, corpus_home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("KB_LLM", text)
    done = run_kb("ask", CELL, "--home", corpus_home)
    assert done.code == 1
    assert "KB_LLM" in done.err
    assert "secret" not in done.err


def test_an_empty_setting_is_none_and_the_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_LLM", " ")
    monkeypatch.setenv("KB_LLM_KEY", "secret-7")
    assert Settings().llm is None
    assert "secret-7" not in repr(Settings())


def test_an_answer_is_worded_by_the_documents_unless_said_otherwise(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        assert answer(kb, CELL).wording == Wording("documents", None)


def test_the_server_of_these_tests_answers_like_one(server: ChatServer) -> None:
    """A request without the model, so that a fault of the server is not taken for one of ours."""
    import httpx

    def plain(handler: Handler) -> None:
        handler.begin(kind="application/json")
        handler.send(b"{}")

    server.behaviour = plain
    reply = httpx.post(f"{server.url.split('#')[0]}/chat/completions", json={"a": 1}, trust_env=False)
    assert reply.json() == {}
    assert server.requests[0][2] == {"a": 1}
