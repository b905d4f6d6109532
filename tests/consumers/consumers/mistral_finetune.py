"""The loader of mistral-finetune, from a checkout of its repository.

`maybe_load_local_dataset` parses each line, builds the sample, validates and tokenizes it. torch
is replaced by an empty module: only the distributed part of training uses it. The tokenizer is
Mistral's version 3 of the installed `mistral-common`.
"""
import sys
import types
from pathlib import Path

from consumer import Message, Reading, call, checkout

TARGET = "mistral"
SOURCE = "mistralai/mistral-finetune"
REQUIRES = ["mistral-common==1.3.4", "simple-parsing==0.1.7", "numpy==1.26.4"]
NO_DEPS: list[str] = []
LIGHT = True
LAYOUTS = ["messages", "interactions", "text"]
CONTAINERS = ["jsonl"]


def without_torch() -> None:
    """Puts an empty torch where the repository imports it."""
    torch, distributed = types.ModuleType("torch"), types.ModuleType("torch.distributed")
    distributed.is_initialized = lambda: False  # type: ignore[attr-defined]
    torch.distributed = distributed  # type: ignore[attr-defined]
    torch.cuda = types.SimpleNamespace(is_available=lambda: False)  # type: ignore[attr-defined]
    sys.modules |= {"torch": torch, "torch.distributed": distributed}


without_torch()
sys.path.insert(0, str(checkout("mistral_finetune")))

from finetune.data import dataset, tokenize  # noqa: E402
from mistral_common.protocol.instruct.messages import FinetuningAssistantMessage  # noqa: E402
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer  # noqa: E402

TOKENIZER = MistralTokenizer.v3().instruct_tokenizer


def read(path: Path) -> Reading:
    """Loads the file as training does; the samples are caught on their way to the tokenizer."""
    kind = tokenize.SampleType.PRETRAIN if "text" == path.parent.name else (
        tokenize.SampleType.INSTRUCT)
    samples: list[object] = []
    tokenized = tokenize.tokenize

    def caught(sample: object, instruct_tokenizer: object) -> object:
        samples.append(sample)
        return tokenized(sample, instruct_tokenizer)

    tokenize.tokenize = caught
    try:
        dataset.maybe_load_local_dataset(path, chunk=False, rank=0, world_size=1,
                                         instruct_tokenizer=TOKENIZER, sample_type=kind)
    finally:
        tokenize.tokenize = tokenized
        dataset._LOADED_DATASETS.clear()
    return Reading([example(sample) for sample in samples])


def example(sample: object) -> list[Message]:
    """The messages of a sample, or its text."""
    if isinstance(sample, str):
        return [("text", sample)]
    prompt = getattr(sample, "system_prompt", None)
    found: list[Message] = [("system", prompt)] if prompt is not None else []
    for message in sample.messages:  # type: ignore[attr-defined]
        calls = isinstance(message, FinetuningAssistantMessage) and message.tool_calls or []
        if message.content or not calls:
            found.append((str(message.role.value if hasattr(message.role, "value")
                              else message.role), message.content or ""))
        found += [call(one.function.name, one.function.arguments) for one in calls]
    return found
