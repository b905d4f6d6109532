"""The request types and validator of `mistral-common`, in its mode for fine-tuning.

Each line is parsed here, then goes through the types of messages and tools, the validator of
version 3 and the tokenizer of Mistral NeMo that the package contains. The hosted service is
stricter or laxer where it does not use this package.
"""
import json
from pathlib import Path
from typing import Any

from mistral_common.protocol.instruct.messages import FinetuningMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.validator import ValidationMode
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from pydantic import TypeAdapter

from consumer import Message, Reading, chat

TARGET = "mistral"
REQUIRES = ["mistral-common==1.13.1"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["messages"]
CONTAINERS = ["jsonl"]

TOKENIZER = MistralTokenizer.from_file(
    str(MistralTokenizer._data_path() / "tekken_240718.json"), mode=ValidationMode.finetuning)
MESSAGES = TypeAdapter(list[FinetuningMessage])


def read(path: Path) -> Reading:
    """Every line as a request."""
    with path.open(encoding="utf-8") as lines:
        return Reading([example(json.loads(line)) for line in lines])


def example(record: dict[str, Any]) -> list[Message]:
    """Validates one record; returns its messages."""
    messages = MESSAGES.validate_python(record["messages"])
    request = ChatCompletionRequest[FinetuningMessage](
        messages=messages, tools=record.get("tools"))
    TOKENIZER.encode_chat_completion(request)
    return chat(message.model_dump(mode="json") for message in messages)
