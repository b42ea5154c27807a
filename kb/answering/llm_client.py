"""Any server that speaks OpenAI's chat completions, as a LlamaIndex language model: bounded in bytes, never trusted.

Only the address that is set is spoken to: redirects and proxies of the environment are not followed. What the
server says when it fails is not repeated, as it may hold the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
)
from pydantic import PrivateAttr

from kb.errors import LanguageModelError

if TYPE_CHECKING:
    import httpx

    from kb.settings import Settings

CONNECT_SECONDS = 5
MAX_BYTES = 1_000_000
MAX_TOKENS = 600
CONTEXT_TOKENS = 4_096


class OpenAICompatible(CustomLLM):  # type: ignore[misc]
    """A model behind ``POST {address}/chat/completions``, streamed, at temperature 0 with a fixed seed.

    Every call may raise LanguageModelError.
    """

    address: str
    model: str
    seconds: int
    _key: str | None = PrivateAttr(default=None)

    def __init__(self, address: str, model: str, seconds: int, key: str | None = None) -> None:
        super().__init__(address=address, model=model, seconds=seconds)
        self._key = key

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=CONTEXT_TOKENS, num_output=MAX_TOKENS, is_chat_model=True, model_name=self.model
        )

    def reach(self) -> None:
        """Ask the server for its models, which costs it nothing; LanguageModelError where it does not answer."""
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            with httpx.Client(timeout=CONNECT_SECONDS, trust_env=False) as client:
                status = client.get(f"{self.address}/models", headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LanguageModelError(f"no server answers at {self.address}") from error
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise LanguageModelError(f"the server at {self.address} wants another KB_LLM_KEY")

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The reply as it comes, piece by piece."""

        def pieces() -> ChatResponseGen:
            said = ""
            body = [{"role": str(message.role.value), "content": message.content} for message in messages]
            for piece in stream_completion(self.address, self.model, body, self.seconds, self._key):
                said += piece
                yield ChatResponse(message=ChatMessage(role="assistant", content=said), delta=piece)

        return pieces()

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The whole reply."""
        said = "".join(reply.delta or "" for reply in self.stream_chat(messages))
        return ChatResponse(message=ChatMessage(role="assistant", content=said))

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The whole reply to one message."""
        return CompletionResponse(text=self.chat([ChatMessage(role="user", content=prompt)]).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """The reply to one message as it comes."""

        def pieces() -> CompletionResponseGen:
            for reply in self.stream_chat([ChatMessage(role="user", content=prompt)]):
                yield CompletionResponse(text=reply.message.content or "", delta=reply.delta)

        return pieces()


def settings_to_model(settings: Settings) -> OpenAICompatible:
    """The model that KB_LLM names; ValueError where it names none."""
    from kb.settings import text_to_llm

    address, model = text_to_llm(settings.llm or "")
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return OpenAICompatible(address, model, settings.llm_seconds, key)


def stream_completion(
    address: str, model: str, messages: Sequence[dict[str, str | None]], seconds: float, key: str | None = None
) -> Iterator[str]:
    """The pieces of a reply. LanguageModelError where the server is down, slow, fails, or says no such reply.

    ``seconds`` bounds each wait for the server, not the whole: the caller does that.
    """
    import httpx

    body = {
        "model": model,
        "messages": list(messages),
        "stream": True,
        "temperature": 0,
        "seed": 0,
        "max_tokens": MAX_TOKENS,
    }
    headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
    try:
        with (
            httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", f"{address}/chat/completions", json=body, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise LanguageModelError(f"the server at {address} answers with status {response.status_code}")
            yield from response_to_pieces(response)
    except httpx.TimeoutException as error:
        raise LanguageModelError(f"the server at {address} does not answer in time") from error
    except httpx.ConnectError as error:
        raise LanguageModelError(f"no server answers at {address}") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
        raise LanguageModelError(f"the server at {address} broke off or says what is no HTTP") from error


def response_to_pieces(response: httpx.Response) -> Iterator[str]:
    """The pieces of a streamed reply, or the one piece of a server that does not stream."""
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        yield json_to_piece(b"".join(bounded_bytes(response)), "message")[0]
        return
    ended = False
    for line in bytes_to_lines(bounded_bytes(response)):
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            ended = True
            break
        piece, finish = json_to_piece(data, "delta")
        if finish == "length":
            raise LanguageModelError("its reply is longer than allowed")
        ended = ended or finish is not None
        if piece:
            yield piece
    if not ended:
        raise LanguageModelError("its reply broke off")


def bounded_bytes(response: httpx.Response) -> Iterator[bytes]:
    """The bytes of a response as they come; LanguageModelError where they are too many or packed."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise LanguageModelError("the server packs its reply, which was not asked for")
    total = 0
    for chunk in response.iter_raw():
        total += len(chunk)
        if total > MAX_BYTES:
            raise LanguageModelError("its reply is larger than allowed")
        yield chunk


def bytes_to_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines of bytes, their ends taken off; what follows the last end is no whole line and left out."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.strip(b"\r") for line in lines)


def json_to_piece(data: bytes, part: str) -> tuple[str, str | None]:
    """The text and the reason of ending in one JSON object of a reply, whose ``part`` is ``delta`` or ``message``."""
    try:
        found = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LanguageModelError("its reply is no UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise LanguageModelError("its reply is no JSON") from error
    choices = found.get("choices") if isinstance(found, dict) else None
    if not isinstance(choices, list):
        raise LanguageModelError("its reply has none of the parts of a chat completion")
    if not choices:
        return "", None  # a last object that only counts tokens
    first = choices[0] if isinstance(choices[0], dict) else {}
    message = first.get(part)
    text = message.get("content") if isinstance(message, dict) else None
    finish = first.get("finish_reason")
    return text if isinstance(text, str) else "", finish if isinstance(finish, str) else None
