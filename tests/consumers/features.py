"""Properties that only some layouts have: tools, weights, names, images, reserved words.

Many of them are valid for some consumers. The clean record for tools is a question, a call, its
result and an answer, with identifiers of nine characters, which every consumer accepts.
"""
import json

from edits import Edit, Edits, append, chain, drop, insert, put, whole
from records import Chat, Json, Record, copied

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {
    "name": "weather", "description": "The weather of a city.", "parameters": PARAMETERS}}
PIXEL = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
         "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
ADDRESS = "https://example.com/cat.png"


def of_chat(chat: Chat) -> Edits:
    """The features of a chat layout."""
    found = {"messages": openai, "conversations": openai, "interactions": openai,
             "sharegpt": sharegpt, "typed-messages": typed_tools, "contents": contents,
             "bedrock-converse": bedrock}
    special = found[chat.layout](chat) if chat.layout in found else {}
    return reserved(chat) | special


def of_flat(layout: str) -> Edits:
    """The features of a layout without messages, or with two lists of them."""
    found = {"preference": preference, "preference-openai": preference_openai,
             "preference-sharegpt": preference_sharegpt, "preference-bedrock": preference_bedrock,
             "kto": kto, "stepwise": stepwise, "segments": segments, "alpaca": alpaca,
             "prompt-completion": prompt_completion, "text": tokens}
    return found[layout]() if layout in found else {}


def reserved(chat: Chat) -> Edits:
    """Words that a template or a validator treats specially."""
    words = {"user-colon": "User: hello", "bot-colon": "Bot: hello", "thought": "Thought: maybe",
             "system-in-capitals": "SYSTEM: hello", "assistant-lower-case": "assistant: hello",
             "image-tag": "See <image> here.", "unk": "The <unk> token.", "eos": "End [EOS] here.",
             "im-start": "<|im_start|>user", "end-of-text": "The end.<|endoftext|>",
             "inst": "[INST] hello [/INST]"}
    found: Edits = {}
    for name, text in words.items():
        found[f"reserved-{name}-in-user"] = put([chat.messages, 0, chat.text], chat.wrap(text))
        found[f"reserved-{name}-in-assistant"] = put([chat.messages, 1, chat.text], chat.wrap(text))
    return found


# messages, conversations, interactions


def openai(chat: Chat) -> Edits:
    """Features of OpenAI's message."""
    return weights(chat) | names(chat) | images(chat) | tools(chat) | calls(chat) | results(chat)


def weights(chat: Chat) -> Edits:
    """The weight of a message."""
    user, answer = [chat.messages, 0, "weight"], [chat.messages, 1, "weight"]
    last = [chat.messages, 3, "weight"]
    found: Edits = {f"weight-is-{word}": put(answer, value) for word, value in {
        "0": 0, "1": 1, "0-as-a-decimal": 0.0, "one-half": 0.5, "2": 2, "negative": -1,
        "a-string": "1", "null": None, "true": True, "false": False}.items()}
    found["weight-on-user"] = put(user, 0)
    found["weight-one-on-user"] = put(user, 1)
    found["weight-0-on-every-answer"] = chain(put(answer, 0), put(last, 0))
    found["weight-0-on-every-answer-everywhere"] = whole(lambda r: weighed(chat, r, 0))
    found["weight-1-on-every-answer-everywhere"] = whole(lambda r: weighed(chat, r, 1))
    found["weight-on-system"] = insert(
        [chat.messages], 0, {**chat.message("system", "Be brief."), "weight": 0})
    return found


def weighed(chat: Chat, record: Record, weight: int) -> Record:
    """The record with a weight on every answer."""
    for message in record[chat.messages]:
        if message[chat.role] == chat.assistant:
            message["weight"] = weight
    return record


def names(chat: Chat) -> Edits:
    """Names, reasoning and other keys that some consumers know."""
    user, answer = [chat.messages, 0], [chat.messages, 1]
    return {
        "name-of-user": put([*user, "name"], "Ada"),
        "name-of-assistant": put([*answer, "name"], "Helper"),
        "name-with-spaces": put([*user, "name"], "Ada L."),
        "name-is-a-number": put([*user, "name"], 4),
        "refusal-is-null": put([*answer, "refusal"], None),
        "refusal-beside-content": put([*answer, "refusal"], "No."),
        "refusal-without-content": chain(drop([*answer, "content"]),
                                         put([*answer, "refusal"], "No.")),
        "reasoning-content": put([*answer, "reasoning_content"], "Think first."),
        "reasoning-content-everywhere": put([*answer, "reasoning_content"], "Think first."),
        "reasoning": put([*answer, "reasoning"], "Think first."),
        "thinking": put([*answer, "thinking"], "Think first."),
        "train-is-false": put([*answer, "train"], False),
        "training-is-false": put([*answer, "training"], False),
        "loss-is-false": put([*answer, "loss"], False),
        "tool-calls-is-null": put([*answer, "tool_calls"], None),
        "tool-calls-is-empty": put([*answer, "tool_calls"], []),
        "tool-call-id-on-user": put([*user, "tool_call_id"], "call00001"),
        "function-call-null": put([*answer, "function_call"], None),
        "parallel-tool-calls-without-tools": put(["parallel_tool_calls"], False),
        "prompt-beside-messages": put(["prompt"], "Hello."),
        "text-beside-messages": put(["text"], "Hello."),
        "text-beside-messages-everywhere": put(["text"], "Hello."),
        "system-as-a-field": put(["system"], "Be brief."),
        "tools-null-without-calls": put([tools_key(chat)], None),
        "tools-empty-without-calls": put([tools_key(chat)], []),
        "tools-without-calls": put([tools_key(chat)], [TOOL]),
    }


def images(chat: Chat) -> Edits:
    """Parts of a message that are not text."""
    user, answer = [chat.messages, 0, "content"], [chat.messages, 1, "content"]
    text = {"type": "text", "text": "What is this?"}
    image = {"type": "image_url", "image_url": {"url": PIXEL}}
    remote = {"type": "image_url", "image_url": {"url": ADDRESS}}
    return {
        "image-in-user": put(user, [text, image]),
        "image-in-user-everywhere": put(user, [text, image]),
        "image-by-address": put(user, [text, remote]),
        "image-address-as-a-string": put(user, [text, {"type": "image_url", "image_url": PIXEL}]),
        "image-without-text": put(user, [image]),
        "image-in-assistant": put(answer, [text, image]),
        "image-in-system": insert([chat.messages], 0, {"role": "system", "content": [text, image]}),
        "image-with-detail": put(user, [text, {"type": "image_url", "image_url": {
            "url": PIXEL, "detail": "low"}}]),
        "eleven-images": put(user, [text, *[image] * 11]),
        "part-of-an-unknown-type": put(user, [text, {"type": "sound", "sound": "x"}]),
        "part-without-a-type": put(user, [{"text": "What is this?"}]),
        "part-without-text": put(user, [{"type": "text"}]),
        "part-with-text-null": put(user, [{"type": "text", "text": None}]),
        "part-is-a-string": put(user, ["What is this?"]),
        "part-with-an-extra-key": put(user, [{**text, "note": "x"}]),
        "two-text-parts": put(user, [text, text]),
        "thinking-part": put(answer, [{"type": "thinking", "thinking": "Hm."}, text]),
        "images-field-is-empty": put(["images"], []),
    }


def tools_key(chat: Chat) -> str:
    """The field that describes the tools."""
    return "available_tools" if chat.layout == "interactions" else "tools"


def call(identifier: str = "call00001", city: str = "Oslo") -> Record:
    """One call of the tool."""
    return {"id": identifier, "type": "function",
            "function": {"name": "weather", "arguments": json.dumps({"city": city})}}


def result(identifier: str = "call00001") -> Record:
    """The result of a call."""
    return {"role": "tool", "tool_call_id": identifier, "name": "weather", "content": "4 degrees"}


def with_call(chat: Chat, *edits: Edit) -> Edit:
    """The record with a call and its result, changed by the edits."""
    def base(record: Record) -> Record:
        turns = [chat.message("user", "How warm is it in Oslo?"),
                 {"role": "assistant", "tool_calls": [call()]}, result(),
                 chat.message("assistant", "It is 4 degrees.")]
        return {**record, chat.messages: turns, tools_key(chat): [copied(TOOL)]}
    return chain(base, *edits)


def tools(chat: Chat) -> Edits:
    """Defects of the description of the tools."""
    key = tools_key(chat)
    function = [key, 0, "function"]
    edits = {
        "tools-clean": with_call(chat),
        "tools-clean-everywhere": with_call(chat),
        "tools-missing": with_call(chat, drop([key])),
        "tools-is-null": with_call(chat, put([key], None)),
        "tools-is-an-empty-list": with_call(chat, put([key], [])),
        "tools-is-a-json-string": with_call(chat, put([key], json.dumps([TOOL]))),
        "tools-is-a-string": with_call(chat, put([key], "weather")),
        "tools-is-an-object": with_call(chat, put([key], TOOL)),
        "tools-of-strings": with_call(chat, put([key], ["weather"])),
        "tool-without-a-type": with_call(chat, drop([key, 0, "type"])),
        "tool-of-an-unknown-type": with_call(chat, put([key, 0, "type"], "web")),
        "tool-without-a-function": with_call(chat, drop(function)),
        "tool-without-the-wrapper": with_call(chat, put([key], [TOOL["function"]])),
        "tool-without-a-name": with_call(chat, drop([*function, "name"])),
        "tool-name-empty": with_call(chat, put([*function, "name"], "")),
        "tool-name-with-a-space": with_call(chat, put([*function, "name"], "the weather")),
        "tool-name-of-65-letters": with_call(chat, put([*function, "name"], "w" * 65)),
        "tool-name-is-a-number": with_call(chat, put([*function, "name"], 4)),
        "tool-without-a-description": with_call(chat, drop([*function, "description"])),
        "tool-description-is-null": with_call(chat, put([*function, "description"], None)),
        "tool-without-parameters": with_call(chat, drop([*function, "parameters"])),
        "tool-parameters-empty": with_call(chat, put([*function, "parameters"], {})),
        "tool-parameters-null": with_call(chat, put([*function, "parameters"], None)),
        "tool-parameters-are-a-string": with_call(chat, put([*function, "parameters"], "{}")),
        "tool-parameters-not-a-schema":
            with_call(chat, put([*function, "parameters", "type"], "thing")),
        "tool-with-strict": with_call(chat, put([*function, "strict"], True)),
        "tool-with-an-extra-key": with_call(chat, put([*function, "note"], "x")),
        "tool-twice": with_call(chat, append([key], TOOL)),
        "parallel-tool-calls": with_call(chat, put(["parallel_tool_calls"], False)),
        "parallel-tool-calls-is-a-string": with_call(chat, put(["parallel_tool_calls"], "no")),
        "functions-for-tools": with_call(chat, drop([key]), put(["functions"], [TOOL["function"]])),
    }
    return edits


def calls(chat: Chat) -> Edits:
    """Defects of a call."""
    message = [chat.messages, 1]
    one = [*message, "tool_calls", 0]
    arguments = [*one, "function", "arguments"]
    found: Edits = {f"arguments-{name}": with_call(chat, put(arguments, value))
                    for name, value in {
                        "are-an-object": {"city": "Oslo"}, "are-null": None, "are-empty": "",
                        "are-invalid-json": "{city: Oslo", "are-a-json-list": '["Oslo"]',
                        "are-a-json-string": '"Oslo"', "are-a-list": ["Oslo"],
                        "are-an-empty-object-string": "{}", "are-a-number": 4,
                        "do-not-fit-the-schema": '{"town": 4}'}.items()}
    found["arguments-are-an-object-everywhere"] = found["arguments-are-an-object"]
    return found | {
        "arguments-are-missing": with_call(chat, drop(arguments)),
        "call-name-is-missing": with_call(chat, drop([*one, "function", "name"])),
        "call-name-is-empty": with_call(chat, put([*one, "function", "name"], "")),
        "call-of-an-unknown-tool": with_call(chat, put([*one, "function", "name"], "traffic")),
        "call-name-with-a-space": with_call(chat, put([*one, "function", "name"], "the weather")),
        "call-without-a-function": with_call(chat, drop([*one, "function"])),
        "call-without-a-type": with_call(chat, drop([*one, "type"])),
        "call-of-an-unknown-type": with_call(chat, put([*one, "type"], "code")),
        "call-with-an-index": with_call(chat, put([*one, "index"], 0)),
        "call-is-a-string": with_call(chat, put(one, "weather()")),
        "calls-are-an-object": with_call(chat, put([*message, "tool_calls"], call())),
        "calls-are-a-json-string":
            with_call(chat, put([*message, "tool_calls"], json.dumps([call()]))),
        "content-beside-calls": with_call(chat, put([*message, "content"], "I will look.")),
        "content-null-beside-calls": with_call(chat, put([*message, "content"], None)),
        "content-empty-beside-calls": with_call(chat, put([*message, "content"], "")),
        "calls-on-user": with_call(chat, put([chat.messages, 0, "tool_calls"], [call()])),
        "weight-0-on-the-call": with_call(chat, put([*message, "weight"], 0)),
        "function-call-for-tool-calls": with_call(
            chat, drop([*message, "tool_calls"]),
            put([*message, "function_call"], call()["function"])),
        "prefix-key-on-the-answer": with_call(chat, put([chat.messages, 3, "prefix"], True)),
    } | identifiers(chat)


def identifiers(chat: Chat) -> Edits:
    """Defects of the identifiers that join a call and its result."""
    one = [chat.messages, 1, "tool_calls", 0, "id"]
    other = [chat.messages, 2, "tool_call_id"]

    def both(identifier: Json) -> Edit:
        return with_call(chat, put(one, identifier), put(other, identifier))

    return {
        "ids-missing": with_call(chat, drop(one), drop(other)),
        "id-of-the-call-missing": with_call(chat, drop(one)),
        "id-of-the-result-missing": with_call(chat, drop(other)),
        "id-of-the-call-null": with_call(chat, put(one, None)),
        "ids-differ": with_call(chat, put(other, "call00002")),
        "ids-of-ten-characters": both("call_00001"),
        "ids-of-eight-characters": both("call0001"),
        "ids-of-nine-with-punctuation": both("call-0001"),
        "ids-empty": both(""),
        "ids-are-numbers": both(123456789),
        "ids-like-openai": both("call_abc123DEF456ghi789JKL012"),
        "ids-twice": with_call(chat, parallel(chat, "call00001", "call00001")),
    }


def parallel(chat: Chat, first: str, second: str, results: int = 2) -> Edit:
    """Two calls in one message, with their results."""
    def edit(record: Record) -> Record:
        turns = record[chat.messages]
        turns[1]["tool_calls"] = [call(first), call(second, "Rome")]
        turns[2:3] = [result(first), result(second)][:results]
        return record
    return edit


def results(chat: Chat) -> Edits:
    """Defects of results, and of the order around a call."""
    turns = chat.messages
    content = [turns, 2, "content"]
    thanks, fine = chat.message("user", "Thanks."), chat.message("assistant", "You are welcome.")
    return {
        "parallel-calls": with_call(chat, parallel(chat, "call00001", "call00002")),
        "parallel-calls-one-result": with_call(chat, parallel(chat, "call00001", "call00002", 1)),
        "results-in-reverse": with_call(chat, parallel(chat, "call00001", "call00002"),
                                        whole(lambda r: swapped(chat, r))),
        "one-call-two-results": with_call(chat, insert([turns], 3, result())),
        "result-missing": with_call(chat, drop([turns, 2])),
        "result-without-a-call": with_call(chat, drop([turns, 1])),
        "result-after-the-user-only": with_call(chat, drop([turns, 1]), drop([turns, 2])),
        "call-is-the-last-message": with_call(chat, drop([turns, 3]), drop([turns, 2])),
        "result-is-the-last-message": with_call(chat, drop([turns, 3])),
        "user-after-the-result": with_call(chat, insert([turns], 3, thanks)),
        "user-between-call-and-result": with_call(chat, insert([turns], 2, thanks)),
        "call-after-the-result": with_call(chat, insert([turns], 3, result("call00002")), insert(
            [turns], 3, {"role": "assistant", "tool_calls": [call("call00002")]})),
        "exchange-after-the-tools": with_call(chat, append([turns], thanks), append([turns], fine)),
        "result-content-null": with_call(chat, put(content, None)),
        "result-content-missing": with_call(chat, drop(content)),
        "result-content-empty": with_call(chat, put(content, "")),
        "result-content-is-an-object": with_call(chat, put(content, {"degrees": 4})),
        "result-content-is-a-list-of-parts":
            with_call(chat, put(content, [{"type": "text", "text": "4 degrees"}])),
        "result-without-a-name": with_call(chat, drop([turns, 2, "name"])),
        "result-with-another-name": with_call(chat, put([turns, 2, "name"], "traffic")),
        "result-role-is-function": with_call(chat, put([turns, 2, "role"], "function")),
        "result-role-is-ipython": with_call(chat, put([turns, 2, "role"], "ipython")),
        "result-role-is-tool-response": with_call(chat, put([turns, 2, "role"], "tool_response")),
        "result-with-weight": with_call(chat, put([turns, 2, "weight"], 1)),
        "system-before-tools": with_call(chat, insert([turns], 0, chat.message("system", "Hi."))),
    }


def swapped(chat: Chat, record: Record) -> Record:
    """The two results in the other order."""
    turns = record[chat.messages]
    turns[2], turns[3] = turns[3], turns[2]
    return record


# Other chat layouts


def sharegpt(chat: Chat) -> Edits:
    """Calls as messages of their own, tools as a JSON string."""
    found: Json = json.dumps([TOOL["function"]])
    function_call = {"from": "function_call",
                     "value": json.dumps({"name": "weather", "arguments": {"city": "Oslo"}})}
    observation = {"from": "observation", "value": "4 degrees"}
    turns = [{"from": "human", "value": "How warm is it in Oslo?"}, function_call, observation,
             {"from": "gpt", "value": "It is 4 degrees."}]
    base = whole(lambda r: {**r, "conversations": copied(turns), "tools": found})
    call_value = ["conversations", 1, "value"]
    return {
        "tools-clean": base,
        "tools-clean-everywhere": base,
        "tools-missing": chain(base, drop(["tools"])),
        "tools-is-a-list": chain(base, put(["tools"], [TOOL])),
        "tools-is-invalid-json": chain(base, put(["tools"], "[{")),
        "tools-is-an-empty-string": put(["tools"], ""),
        "call-is-invalid-json": chain(base, put(call_value, "{name: weather")),
        "call-without-a-name": chain(base, put(call_value, '{"arguments": {}}')),
        "call-without-arguments": chain(base, put(call_value, '{"name": "weather"}')),
        "call-arguments-as-a-string": chain(base, put(
            call_value, '{"name": "weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}')),
        "call-list-of-two": chain(base, put(
            call_value, '[{"name": "weather", "arguments": {}}, '
                        '{"name": "weather", "arguments": {}}]')),
        "result-missing": chain(base, drop(["conversations", 2])),
        "call-missing": chain(base, drop(["conversations", 1])),
        "result-role-is-tool": chain(base, put(["conversations", 2, "from"], "tool")),
        "call-is-the-last-message": chain(base, drop(["conversations", 3]),
                                          drop(["conversations", 2])),
        "system-as-a-field": put(["system"], "Be brief."),
        "system-as-a-field-everywhere": put(["system"], "Be brief."),
        "system-as-a-field-and-a-message": chain(
            put(["system"], "Be brief."), insert([chat.messages], 0, chat.message("system", "Hi."))),
        "weight-in-a-message": put([chat.messages, 1, "weight"], 0),
        "role-and-content-keys": whole(lambda r: {"conversations": [
            {"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hi."}]}),
    }


def typed_tools(_: Chat) -> Edits:
    """Parts that name their type and value."""
    answer = ["messages", 1, "content"]
    return {
        "part-without-a-type": put([*answer, 0], {"value": "Hello."}),
        "part-without-a-value": put([*answer, 0], {"type": "text"}),
        "part-of-an-unknown-type": put([*answer, 0, "type"], "sound"),
        "part-with-text-for-value": put([*answer, 0], {"type": "text", "text": "Hello."}),
        "part-value-is-a-number": put([*answer, 0, "value"], 4),
        "two-parts": append(answer, {"type": "text", "value": "More."}),
        "loss-weight": put(["messages", 1, "loss_weight"], 0.0),
    }


def contents(chat: Chat) -> Edits:
    """System instruction, parts, function calls of Gemini."""
    part = ["contents", 1, "parts", 0]
    return contents_system(chat) | contents_tools() | {
        "part-without-text": put(part, {}),
        "part-text-null": put([*part, "text"], None),
        "part-text-is-a-number": put([*part, "text"], 4),
        "part-with-an-extra-key": put([*part, "note"], "x"),
        "part-with-text-and-file": put([*part, "fileData"], {
            "mimeType": "image/png", "fileUri": "gs://bucket/cat.png"}),
        "two-parts": append(["contents", 1, "parts"], {"text": "More."}),
        "file-in-user": append(["contents", 0, "parts"], {"fileData": {
            "mimeType": "image/png", "fileUri": "gs://bucket/cat.png"}}),
        "file-in-snake-case": append(["contents", 0, "parts"], {"file_data": {
            "mime_type": "image/png", "file_uri": "gs://bucket/cat.png"}}),
        "file-without-a-type": append(["contents", 0, "parts"], {"fileData": {
            "fileUri": "gs://bucket/cat.png"}}),
        "inline-image": append(["contents", 0, "parts"], {"inlineData": {
            "mimeType": "image/png", "data": "aGVsbG8="}}),
        "inline-image-not-base64": append(["contents", 0, "parts"], {"inlineData": {
            "mimeType": "image/png", "data": "§§"}}),
        "thought-part": insert(["contents", 1, "parts"], 0, {"text": "Hm.", "thought": True}),
        "labels-field": put(["labels"], {"a": "b"}),
        "generation-config": put(["generationConfig"], {"temperature": 0.5}),
    }


def contents_system(_: Chat) -> Edits:
    """The system instruction."""
    instruction = {"role": "system", "parts": [{"text": "Be brief."}]}
    return {
        "system-instruction": put(["systemInstruction"], instruction),
        "system-instruction-everywhere": put(["systemInstruction"], instruction),
        "system-instruction-snake-case": put(["system_instruction"], instruction),
        "system-instruction-both-cases": chain(put(["systemInstruction"], instruction),
                                               put(["system_instruction"], instruction)),
        "system-instruction-without-a-role": put(["systemInstruction"],
                                                 {"parts": [{"text": "Be brief."}]}),
        "system-instruction-is-a-string": put(["systemInstruction"], "Be brief."),
        "system-instruction-is-null": put(["systemInstruction"], None),
        "system-instruction-parts-is-an-object": put(["systemInstruction"],
                                                     {"parts": {"text": "Be brief."}}),
    }


def contents_tools() -> Edits:
    """Function calls of Gemini."""
    declaration = {"name": "weather", "description": "The weather.", "parameters": {
        "type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}}
    turns = [{"role": "user", "parts": [{"text": "How warm is it in Oslo?"}]},
             {"role": "model", "parts": [{"functionCall": {"name": "weather",
                                                           "args": {"city": "Oslo"}}}]},
             {"role": "user", "parts": [{"functionResponse": {"name": "weather",
                                                              "response": {"degrees": 4}}}]},
             {"role": "model", "parts": [{"text": "It is 4 degrees."}]}]
    base = whole(lambda r: {**r, "contents": copied(turns), "tools": copied(
        [{"functionDeclarations": [declaration]}])})
    one = ["contents", 1, "parts", 0, "functionCall"]
    response = ["contents", 2, "parts", 0, "functionResponse"]
    tool = ["tools", 0, "functionDeclarations", 0]
    return {
        "tools-clean": base,
        "tools-missing": chain(base, drop(["tools"])),
        "tools-is-an-object": chain(base, put(["tools"], {"functionDeclarations": [declaration]})),
        "tools-in-the-openai-form": chain(base, put(["tools"], [TOOL])),
        "tool-without-a-name": chain(base, drop([*tool, "name"])),
        "tool-type-in-lower-case": chain(base, put([*tool, "parameters", "type"], "object")),
        "tool-type-unknown": chain(base, put([*tool, "parameters", "type"], "thing")),
        "call-without-a-name": chain(base, drop([*one, "name"])),
        "call-without-args": chain(base, drop([*one, "args"])),
        "call-args-as-a-string": chain(base, put([*one, "args"], '{"city": "Oslo"}')),
        "call-args-null": chain(base, put([*one, "args"], None)),
        "call-of-an-unknown-tool": chain(base, put([*one, "name"], "traffic")),
        "call-is-the-last-message": chain(base, drop(["contents", 3]), drop(["contents", 2])),
        "response-is-a-string": chain(base, put([*response, "response"], "4 degrees")),
        "response-missing": chain(base, drop(["contents", 2])),
        "response-role-is-function": chain(base, put(["contents", 2, "role"], "function")),
        "response-role-is-tool": chain(base, put(["contents", 2, "role"], "tool")),
        "response-of-another-tool": chain(base, put([*response, "name"], "traffic")),
    }


def bedrock(_: Chat) -> Edits:
    """System, version, blocks and tools of Bedrock."""
    block = ["messages", 1, "content", 0]
    version = ["schemaVersion"]
    return bedrock_tools() | bedrock_media() | {
        "schema-version-missing": drop(version),
        "schema-version-missing-everywhere": drop(version),
        "schema-version-unknown": put(version, "bedrock-conversation-2023"),
        "schema-version-is-a-number": put(version, 2024),
        "system-field-in-one-record": put(["system"], [{"text": "Be brief."}]),
        "system-field-everywhere": put(["system"], [{"text": "Be brief."}]),
        "system-field-is-a-string-everywhere": put(["system"], "Be brief."),
        "system-field-is-an-empty-list": put(["system"], []),
        "system-field-empty-text-everywhere": put(["system"], [{"text": ""}]),
        "system-field-of-two-everywhere": put(["system"], [{"text": "Be brief."},
                                                           {"text": "Be kind."}]),
        "system-reserved-word-everywhere": put(["system"], [{"text": "User: be brief."}]),
        "block-without-text": put(block, {}),
        "block-text-null": put([*block, "text"], None),
        "block-text-is-a-number": put([*block, "text"], 4),
        "block-with-an-extra-key": put([*block, "note"], "x"),
        "two-blocks": append(["messages", 1, "content"], {"text": "More."}),
        "reasoning-in-one-record": insert(["messages", 1, "content"], 0, {
            "reasoningContent": {"reasoningText": {"text": "Hm."}}}),
        "reasoning-everywhere": insert(["messages", 1, "content"], 0, {
            "reasoningContent": {"reasoningText": {"text": "Hm."}}}),
        "reasoning-in-user-everywhere": insert(["messages", 0, "content"], 0, {
            "reasoningContent": {"reasoningText": {"text": "Hm."}}}),
        "reasoning-empty-everywhere": insert(["messages", 1, "content"], 0, {
            "reasoningContent": {"reasoningText": {"text": ""}}}),
        "reasoning-only-everywhere": put(["messages", 1, "content"], [{
            "reasoningContent": {"reasoningText": {"text": "Hm."}}}]),
    }


def bedrock_media() -> Edits:
    """Images, videos and documents."""
    image = {"image": {"format": "png", "source": {"s3Location": {
        "uri": "s3://bucket/cat.png", "bucketOwner": "123456789012"}}}}
    video = {"video": {"format": "mp4", "source": {"s3Location": {
        "uri": "s3://bucket/cat.mp4", "bucketOwner": "123456789012"}}}}
    document = {"document": {"format": "pdf", "name": "a", "source": {"s3Location": {
        "uri": "s3://bucket/a.pdf", "bucketOwner": "123456789012"}}}}
    user, answer = ["messages", 0, "content"], ["messages", 1, "content"]
    source = [*user, -1, "image", "source", "s3Location"]
    return {
        "image-in-one-record": append(user, image),
        "image-everywhere": append(user, image),
        "image-of-an-unknown-format-everywhere": chain(
            append(user, image), put([*user, -1, "image", "format"], "bmp")),
        "image-in-capitals-everywhere": chain(
            append(user, image), put([*user, -1, "image", "format"], "PNG")),
        "image-by-web-address-everywhere": chain(append(user, image), put([*source, "uri"], ADDRESS)),
        "image-without-an-owner-everywhere": chain(append(user, image),
                                                   drop([*source, "bucketOwner"])),
        "image-in-assistant-everywhere": append(answer, image),
        "eleven-images-everywhere": whole(lambda r: eleven(r, image)),
        "video-everywhere": append(user, video),
        "two-videos-everywhere": chain(append(user, video), append(user, video)),
        "image-and-video-everywhere": chain(append(user, image), append(user, video)),
        "document-everywhere": append(user, document),
    }


def eleven(record: Record, image: Json) -> Record:
    """Eleven images in one message."""
    record["messages"][0]["content"] += [copied(image) for _ in range(11)]
    return record


def bedrock_tools() -> Edits:
    """Tools of Bedrock, in every record: a set must not mix records with and without them."""
    spec = {"toolSpec": {"name": "weather", "description": "The weather.",
                         "inputSchema": {"json": PARAMETERS}}}
    turns = [{"role": "user", "content": [{"text": "How warm is it in Oslo?"}]},
             {"role": "assistant", "content": [{"toolUse": {
                 "toolUseId": "call00001", "name": "weather", "input": {"city": "Oslo"}}}]},
             {"role": "user", "content": [{"toolResult": {
                 "toolUseId": "call00001", "content": [{"text": "4 degrees"}]}}]},
             {"role": "assistant", "content": [{"text": "It is 4 degrees."}]}]
    base = whole(lambda r: copied({**r, "messages": turns, "toolConfig": {"tools": [spec]}}))
    use = ["messages", 1, "content", 0, "toolUse"]
    answer = ["messages", 2, "content", 0, "toolResult"]
    tool = ["toolConfig", "tools", 0, "toolSpec"]
    changes: Edits = {
        "tools-clean": whole(lambda r: r),
        "tools-missing": drop(["toolConfig"]),
        "tools-empty": put(["toolConfig", "tools"], []),
        "tool-twice": append(["toolConfig", "tools"], spec),
        "tool-without-a-name": drop([*tool, "name"]),
        "tool-without-a-description": drop([*tool, "description"]),
        "tool-without-a-schema": drop([*tool, "inputSchema"]),
        "call-of-an-unknown-tool": put([*use, "name"], "traffic"),
        "call-without-an-id": drop([*use, "toolUseId"]),
        "call-without-input": drop([*use, "input"]),
        "call-input-as-a-string": put([*use, "input"], '{"city": "Oslo"}'),
        "result-with-another-id": put([*answer, "toolUseId"], "call00002"),
        "result-without-content": drop([*answer, "content"]),
        "result-content-empty": put([*answer, "content"], []),
        "result-content-is-a-string": put([*answer, "content"], "4 degrees"),
        "result-missing": drop(["messages", 2]),
        "call-is-the-last-message": chain(drop(["messages", 3]), drop(["messages", 2])),
        "result-reserved-word": put([*answer, "content", 0, "text"], "User: 4 degrees"),
        "ids-twice": whole(lambda r: {**r, "messages": r["messages"] * 2}),
        "tool-choice": put(["toolConfig", "toolChoice"], {"auto": {}}),
    }
    found = {f"{name}-everywhere": chain(base, change) for name, change in changes.items()}
    return found | {"tools-in-one-record": base}


# Layouts without one list of messages


def message(role: str, text: str) -> Record:
    """A chat message."""
    return {"role": role, "content": text}


def preference() -> Edits:
    """Chosen and rejected."""
    def lists(*edits: Edit) -> Edit:
        def base(record: Record) -> Record:
            return {"prompt": [message("user", record["prompt"])],
                    "chosen": [message("assistant", record["chosen"])],
                    "rejected": [message("assistant", record["rejected"])]}
        return chain(base, *edits)

    return {
        "chosen-equals-rejected": whole(lambda r: {**r, "rejected": r["chosen"]}),
        "lists-in-one-record": lists(),
        "lists-everywhere": lists(),
        "lists-without-prompt-everywhere": whole(implicit),
        "chosen-role-is-user-everywhere": lists(put(["chosen", 0, "role"], "user")),
        "chosen-empty-list-everywhere": lists(put(["chosen"], [])),
        "chosen-of-two-messages-everywhere": lists(append(["chosen"], message("user", "More?"))),
        "chosen-string-rejected-list": whole(
            lambda r: {**r, "rejected": [message("assistant", r["rejected"])]}),
        "prompt-list-chosen-string-everywhere": whole(
            lambda r: {**r, "prompt": [message("user", r["prompt"])]}),
        "prompt-ends-with-assistant-everywhere": lists(append(["prompt"], message("assistant", "Hi."))),
        "scores-everywhere": chain(put(["score_chosen"], 0.9), put(["score_rejected"], 0.1)),
    }


def implicit(record: Record) -> Record:
    """The prompt inside both conversations."""
    question = message("user", record["prompt"])
    return {"chosen": [question, message("assistant", record["chosen"])],
            "rejected": [question, message("assistant", record["rejected"])]}


def preference_openai() -> Edits:
    """Input, preferred and non-preferred output."""
    turns = ["input", "messages"]
    good, bad = ["preferred_output"], ["non_preferred_output"]
    return {
        "input-messages-missing": drop(turns),
        "input-messages-empty": put(turns, []),
        "input-as-a-list": whole(lambda r: {**r, "input": r["input"]["messages"]}),
        "input-ends-with-assistant": append(turns, message("assistant", "Hi.")),
        "input-of-several-turns": chain(append(turns, message("assistant", "Hi.")),
                                        append(turns, message("user", "And?"))),
        "input-starts-with-assistant": insert(turns, 0, message("assistant", "Hi.")),
        "input-with-system": insert(turns, 0, message("system", "Be brief.")),
        "input-with-tools": put(["input", "tools"], [TOOL]),
        "input-with-an-extra-key": put(["input", "note"], "x"),
        "input-role-unknown": put([*turns, 0, "role"], "usr"),
        "input-content-null": put([*turns, 0, "content"], None),
        "input-content-of-parts": put([*turns, 0, "content"], [{"type": "text", "text": "Hi."}]),
        "preferred-empty": put(good, []),
        "preferred-as-an-object": put(good, message("assistant", "Hi.")),
        "preferred-of-two-messages": append(good, message("assistant", "More.")),
        "preferred-role-is-user": put([*good, 0, "role"], "user"),
        "preferred-content-empty": put([*good, 0, "content"], ""),
        "preferred-content-null": put([*good, 0, "content"], None),
        "preferred-content-missing": drop([*good, 0, "content"]),
        "preferred-content-of-parts": put([*good, 0, "content"], [{"type": "text", "text": "Hi."}]),
        "preferred-with-weight": put([*good, 0, "weight"], 0),
        "preferred-with-an-extra-key": put([*good, 0, "note"], "x"),
        "non-preferred-missing-everywhere": drop(bad),
        "non-preferred-equal": whole(lambda r: {**r, bad[0]: r[good[0]]}),
    }


def preference_sharegpt() -> Edits:
    """Chosen and rejected in the ShareGPT form."""
    return {
        "chosen-role-is-human": put(["chosen", "from"], "human"),
        "chosen-value-missing": drop(["chosen", "value"]),
        "chosen-as-a-list": whole(lambda r: {**r, "chosen": [r["chosen"]]}),
        "chosen-equals-rejected": whole(lambda r: {**r, "rejected": r["chosen"]}),
        "rejected-value-empty": put(["rejected", "value"], ""),
        "even-number-of-turns": append(["conversations"], {"from": "gpt", "value": "Hi."}),
        "role-unknown": put(["conversations", 0, "from"], "usr"),
        "system-first": insert(["conversations"], 0, {"from": "system", "value": "Be brief."}),
        "conversations-empty": put(["conversations"], []),
    }


def preference_bedrock() -> Edits:
    """Candidates of the last message."""
    turns, candidates = ["messages"], ["messages", 1, "candidates"]
    return {
        "one-candidate": drop([*candidates, 1]),
        "three-candidates": append(candidates, {"content": [{"text": "Maybe."}],
                                                "preferenceLabel": "non-preferred"}),
        "no-candidates": put(candidates, []),
        "both-preferred": put([*candidates, 1, "preferenceLabel"], "preferred"),
        "label-unknown": put([*candidates, 1, "preferenceLabel"], "rejected"),
        "label-missing": drop([*candidates, 1, "preferenceLabel"]),
        "candidate-empty-text": put([*candidates, 0, "content", 0, "text"], ""),
        "candidate-content-is-a-string": put([*candidates, 0, "content"], "Yes."),
        "candidates-of-user": put([*turns, 1, "role"], "user"),
        "content-for-candidates": put([*turns, 1], {"role": "assistant",
                                                    "content": [{"text": "Yes."}]}),
        "candidates-in-the-middle": append(turns, {"role": "user", "content": [{"text": "And?"}]}),
        "system-field-everywhere": put(["system"], [{"text": "Be brief."}]),
        "system-field-in-one-record": put(["system"], [{"text": "Be brief."}]),
        "reserved-word-in-a-candidate": put([*candidates, 0, "content", 0, "text"], "User: yes"),
    }


def kto() -> Edits:
    """Labels of responses."""
    return {
        "label-is-the-string-true": put(["label"], "true"),
        "label-is-one": put(["label"], 1),
        "labels-all-true-everywhere": put(["label"], True),
        "lists-everywhere": whole(lambda r: {
            **r, "prompt": [message("user", r["prompt"])],
            "completion": [message("assistant", r["completion"])]}),
        "tag-for-label-everywhere": whole(lambda r: {
            "prompt": r["prompt"], "completion": r["completion"], "kto_tag": r["label"]}),
    }


def stepwise() -> Edits:
    """Labels of steps."""
    return {
        "fewer-labels-than-steps": put(["labels"], [True]),
        "more-labels-than-steps": put(["labels"], [True, True, False]),
        "labels-are-strings": put(["labels"], ["true", "false"]),
        "labels-are-numbers": put(["labels"], [1, 0]),
        "a-step-is-null": put(["completions", 0], None),
        "a-step-is-empty": put(["completions", 0], ""),
        "no-steps": chain(put(["labels"], []), put(["completions"], [])),
    }


def segments() -> Edits:
    """Labels of segments."""
    return {
        "label-missing": drop(["segments", 1, "label"]),
        "label-is-a-string": put(["segments", 1, "label"], "true"),
        "label-is-null": put(["segments", 1, "label"], None),
        "segment-text-missing": drop(["segments", 1, "text"]),
        "segment-text-null": put(["segments", 1, "text"], None),
        "segment-text-empty": put(["segments", 1, "text"], ""),
        "no-label-true": put(["segments", 1, "label"], False),
        "segment-is-a-string": put(["segments", 1], "text"),
        "segment-with-an-extra-key": put(["segments", 1, "note"], "x"),
    }


def alpaca() -> Edits:
    """System and history."""
    return {
        "system": put(["system"], "Be brief."),
        "system-everywhere": put(["system"], "Be brief."),
        "system-is-null": put(["system"], None),
        "history-everywhere": put(["history"], [["Hi?", "Hello."]]),
        "history-in-one-record": put(["history"], [["Hi?", "Hello."]]),
        "history-of-one-text-everywhere": put(["history"], [["Hi?"]]),
        "history-of-strings-everywhere": put(["history"], ["Hi?", "Hello."]),
        "history-empty-everywhere": put(["history"], []),
        "history-is-null": put(["history"], None),
        "chosen-and-rejected-everywhere": whole(lambda r: {
            "instruction": r["instruction"], "input": r["input"], "chosen": r["output"],
            "rejected": "I am not sure."}),
        "output-is-a-list-of-two-everywhere": put(["output"], ["Yes.", "No."]),
    }


def prompt_completion() -> Edits:
    """Prompts and completions as messages."""
    return {
        "lists-everywhere": whole(lambda r: {
            "prompt": [message("user", r["prompt"])],
            "completion": [message("assistant", r["completion"])]}),
        "lists-in-one-record": whole(lambda r: {
            "prompt": [message("user", r["prompt"])],
            "completion": [message("assistant", r["completion"])]}),
        "prompt-only-everywhere": drop(["completion"]),
        "messages-beside-it": put(["messages"], [message("user", "Hi."), message("assistant", "Yo.")]),
        "text-beside-it": put(["text"], "Hello."),
    }


def tokens() -> Edits:
    """Fields of tokenized data beside the text."""
    return {
        "input-ids-beside-it-everywhere": put(["input_ids"], [1, 2, 3]),
        "labels-beside-it-everywhere": put(["labels"], [1, 2, 3]),
        "messages-beside-it": put(["messages"], [message("user", "Hi."), message("assistant", "Yo.")]),
    }
