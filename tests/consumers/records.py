"""The clean records of every layout: varied examples that each consumer must accept.

The record at MIDDLE is a conversation of two exchanges in the chat layouts; most defects of
`defects.py` change it alone.
"""
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = Any
Record = dict[str, Any]
Turns = list[tuple[str, str]]

MIDDLE = 12
# Enough for the minimum of most consumers; one that wants more states it as RECORDS.
USUAL_COUNT = 24

TOPICS = [
    ("the delivery", "Your parcel leaves the warehouse on Monday."),
    ("an invoice", "The invoice is in your account, under Orders."),
    ("the warranty", "It covers two years, parts and labor."),
    ("a refund", "We return the amount to the card that you used."),
    ("the battery", "It lasts about nine hours on one charge."),
    ("a password", "Choose Settings, then Security, then Reset."),
    ("the color", "It comes in gray, blue and green."),
    ("a discount", "Students get 15% with a valid card."),
]
QUESTIONS = ["Tell me about {}.", "I have a question about {}. What applies?",
             "What should I know about {}?"]


@dataclass(frozen=True)
class Chat:
    """How a chat layout writes its messages."""

    layout: str
    messages: str
    role: str
    text: str
    user: str
    assistant: str
    system: str
    wrap: Callable[[str], Json] = lambda text: text

    def message(self, role: str, text: str) -> Record:
        """One message; `role` is `user`, `assistant` or `system`."""
        names = {"user": self.user, "assistant": self.assistant, "system": self.system}
        return {self.role: names.get(role, role), self.text: self.wrap(text)}

    def record(self, turns: Turns) -> Record:
        """One conversation."""
        return {self.messages: [self.message(role, text) for role, text in turns]}


def parts(text: str) -> Json:
    """The text as the list of parts of Gemini and of Bedrock."""
    return [{"text": text}]


def typed(text: str) -> Json:
    """The text as the list of parts that names their type and value."""
    return [{"type": "text", "value": text}]


CHATS = [
    Chat("messages", "messages", "role", "content", "user", "assistant", "system"),
    Chat("conversations", "conversations", "role", "content", "user", "assistant", "system"),
    Chat("interactions", "interactions", "role", "content", "user", "assistant", "system"),
    Chat("sharegpt", "conversations", "from", "value", "human", "gpt", "system"),
    Chat("typed-messages", "messages", "role", "content", "user", "assistant", "system", typed),
    Chat("cohere", "messages", "role", "content", "User", "Chatbot", "System"),
    Chat("contents", "contents", "role", "parts", "user", "model", "system", parts),
    Chat("bedrock-converse", "messages", "role", "content", "user", "assistant", "system", parts),
]


def pair(index: int) -> tuple[str, str]:
    """A question and its answer, different for every index."""
    topic, answer = TOPICS[index % len(TOPICS)]
    question = QUESTIONS[index // len(TOPICS) % len(QUESTIONS)]
    return question.format(topic), f"{answer} Case {index + 101}."


def conversation(index: int) -> Turns:
    """One to three exchanges; two at MIDDLE."""
    turns: Turns = []
    for exchange in range(1 + index % 3 if index != MIDDLE else 2):
        question, answer = pair(index + 5 * exchange)
        turns += [("user", question), ("assistant", answer)]
    return turns


def preference_openai(prompt: str, answer: str, _: int) -> Record:
    """Chosen and rejected messages for one input."""
    return {"input": {"messages": [{"role": "user", "content": prompt}]},
            "preferred_output": [{"role": "assistant", "content": answer}],
            "non_preferred_output": [{"role": "assistant", "content": "I am not sure."}]}


def preference_bedrock(prompt: str, answer: str, _: int) -> Record:
    """Two candidates in the last message."""
    candidates = [{"content": parts(answer), "preferenceLabel": "preferred"},
                  {"content": parts("I am not sure."), "preferenceLabel": "non-preferred"}]
    return {"schemaVersion": "bedrock-conversation-2024",
            "messages": [{"role": "user", "content": parts(prompt)},
                         {"role": "assistant", "candidates": candidates}]}


def preference_sharegpt(prompt: str, answer: str, _: int) -> Record:
    """Chosen and rejected messages in the ShareGPT form."""
    return {"conversations": [{"from": "human", "value": prompt}],
            "chosen": {"from": "gpt", "value": answer},
            "rejected": {"from": "gpt", "value": "I am not sure."}}


FLAT: dict[str, Callable[[str, str, int], Record]] = {
    "pairs": lambda p, a, _: {"text_input": p, "output": a},
    "input-output": lambda p, a, _: {"input": p, "output": a},
    "prompt-completion": lambda p, a, _: {"prompt": p, "completion": a},
    "alpaca": lambda p, a, i: {"instruction": p, "input": f"Order {i + 7}." if i % 2 else "",
                               "output": a},
    "preference": lambda p, a, _: {"prompt": p, "chosen": a, "rejected": "I am not sure."},
    "preference-openai": preference_openai,
    "preference-bedrock": preference_bedrock,
    "preference-sharegpt": preference_sharegpt,
    "kto": lambda p, a, i: {"prompt": p, "completion": a, "label": i % 2 == 0},
    "stepwise": lambda p, a, i: {"prompt": p, "completions": [a, "So the case is closed."],
                                 "labels": [True, i % 2 == 0]},
    "segments": lambda p, a, _: {"segments": [{"label": False, "text": p + "\n"},
                                              {"label": True, "text": a}]},
    "text": lambda p, a, _: {"text": f"{p}\n{a}"},
}


def clean(layout: str, count: int = USUAL_COUNT) -> list[Record]:
    """The clean records of a layout."""
    for chat in CHATS:
        if chat.layout == layout:
            return [schema(layout, chat.record(conversation(index))) for index in range(count)]
    return [FLAT[layout](*pair(index), index) for index in range(count)]


def schema(layout: str, record: Record) -> Record:
    """The record with the version that Bedrock's layout states."""
    if layout != "bedrock-converse":
        return record
    return {"schemaVersion": "bedrock-conversation-2024", **record}


def layouts() -> list[str]:
    """Every layout that has clean records."""
    return [chat.layout for chat in CHATS] + list(FLAT)


def copied(record: Json) -> Json:
    """A deep copy, so that an edit leaves the clean records alone."""
    return copy.deepcopy(record)
