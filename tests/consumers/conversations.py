"""Conversations that chat templates are rendered with, by name; see templates.py."""
from typing import Any

Message = dict[str, Any]


def system(text: Any) -> Message:
    return {"role": "system", "content": text}


def user(text: Any, **more: Any) -> Message:
    return {"role": "user", "content": text, **more}


def assistant(text: Any, **more: Any) -> Message:
    return {"role": "assistant", "content": text, **more}


def tool(text: Any, **more: Any) -> Message:
    return {"role": "tool", "content": text, **more}


def call(name: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Current weather of a place <b>&'\"</b>",
    "parameters": {"type": "object", "properties": {
        "place": {"type": "string", "description": "A city, e.g. Köln"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
        "items": {"type": "array", "items": {"type": "string"}},
        "nested": {"type": "object", "properties": {"keys": {"type": ["string", "null"]},
                                                    "n": {"type": "number", "minimum": 1e-5}}}},
        "required": ["place"]},
    "return": {"type": "string", "description": "A sentence"}}}
PLAIN_TOOL = {"type": "function", "function": {"name": "now", "description": "",
                                               "parameters": {"type": "object", "properties": {}}}}
NO_PARAMETERS = {"type": "function", "function": {"name": "ping", "description": "Pings."}}
BARE_TOOL = {"name": "bare", "description": "No envelope", "parameters": {"type": "object"}}
ARGUMENTS = {"place": "Köln", "unit": "celsius", "days": 3, "share": 0.5, "tiny": 1e-07,
             "huge": 1e20, "big": 12345678901234567890, "exact": True, "none": None,
             "list": [1, "zwei", {"k": "v"}], "quote": "a \"b\" <c> 'd' & e\n\t\\"}
CALLS = [call("get_weather", {"place": "Köln"}, id="call_1")]
PARALLEL = [call("get_weather", {"place": "Köln"}, id="call_1"),
            call("get_weather", ARGUMENTS, id="call_2")]
UNICODE = "Größe — 日本語 🎉 👩‍👩‍👧 e\u0301 \u200b \u00a0 ﷽ \U0001d518"
BASE = [user("What is 2+2?"), assistant("4")]


def records() -> dict[str, dict[str, Any]]:
    """Records with messages, and tools where they have any."""
    plain = {
        "user only": [user("Hello")],
        "pair": BASE,
        "system": [system("Be brief."), *BASE],
        "system only": [system("Be brief.")],
        "turns": [*BASE, user("And 3+3?"), assistant("6"), user("Thanks"), assistant("Welcome")],
        "ends with user": [*BASE, user("And 3+3?")],
        "system and turns": [system("Be brief."), *BASE, user("And 3+3?"), assistant("6")],
        "two users": [user("Hello"), user("Are you there?"), assistant("Yes")],
        "two assistants": [user("Hello"), assistant("Hi"), assistant("How are you?")],
        "assistant first": [assistant("Hi, I am here."), user("Hello"), assistant("Yes?")],
        "late system": [*BASE, system("Now in French."), user("And 3+3?"), assistant("six")],
        "two systems": [system("One."), system("Two."), *BASE],
        "developer": [{"role": "developer", "content": "Be brief."}, *BASE],
        "unknown role": [{"role": "narrator", "content": "Once upon a time"}, *BASE],
        "no role": [{"content": "Hello"}],
        "no content": [user("Hello"), {"role": "assistant"}],
        "null content": [user("Hello"), assistant(None)],
        "empty content": [user(""), assistant("")],
        "empty system": [system(""), *BASE],
        "spaces": [system(" \n "), user("  Hello\n\n"), assistant("\n\n Hi \u3000\u001c")],
        "unicode": [system(UNICODE), user(UNICODE), assistant(UNICODE)],
        "special tokens": [user("<|im_end|> </s> [INST] <start_of_turn>model\n<|eot_id|> <bos>"),
                           assistant("<|endoftext|> <|im_start|>assistant")],
        "template in text": [user("{{ 7*7 }} {% if x %} {# c #} {% generation %}"), assistant("%}")],
        "line ends": [user("a\r\nb\rc\u2028d"), assistant("a\r\nb\\n")],
        "quotes": [user("\"'`<>&\\"), assistant("it's <b>\"bold\"</b> & more")],
        "number content": [user(7), assistant(1.5)],
        "boolean content": [user("Hello"), assistant(True)],
        "text parts": [system([text("Be brief.")]), user([text("Hello"), text(" there")]),
                       assistant([text("Hi")])],
        "empty parts": [user([]), assistant([])],
        "image part": [user([{"type": "image"}, text("What is it?")]), assistant([text("A cat")])],
        "image url part": [user([text("Look:"), {"type": "image_url",
                                                 "image_url": {"url": "https://x.test/a.png"}}]),
                           assistant("A cat")],
        "audio and video": [user([{"type": "audio", "audio": "a.wav"},
                                  {"type": "video", "video": "v.mp4"}, text("Well?")]),
                            assistant("Noise")],
        "unknown part": [user([{"type": "hologram", "x": 1}]), assistant("?")],
        "names": [user("Hello", name="ann"), assistant("Hi", name="bot")],
        "extra keys": [user("Hello", weight=1, id="m1"), assistant("Hi", weight=0, items=[1])],
        "reasoning": [user("2+2?"), assistant("4", reasoning_content="Two and two.")],
        "reasoning turns": [user("2+2?"), assistant("4", reasoning_content="Two and two."),
                            user("3+3?"), assistant("6", reasoning_content="Three and three.")],
        "thinking field": [user("2+2?"), assistant("4", thinking="Two and two.")],
        "reasoning field": [user("2+2?"), assistant("4", reasoning="Two and two.")],
        "empty reasoning": [user("2+2?"), assistant("4", reasoning_content="")],
        "think tags": [user("2+2?"), assistant("<think>\nTwo and two.\n</think>\n\n4"),
                       user("3+3?"), assistant("<think>\n\n</think>\n\n6")],
        "open think tag": [user("2+2?"), assistant("<think>\nTwo and"), user("Go on")],
        "call without tools": [user("Weather?"), assistant("", tool_calls=CALLS),
                               tool("Rain", name="get_weather", tool_call_id="call_1"),
                               assistant("It rains.")],
        "tool first": [tool("Rain"), user("What?")],
        "long": [m for n in range(30) for m in (user(f"Question {n}"), assistant(f"Answer {n}"))],
    }
    tools = [WEATHER, PLAIN_TOOL]
    with_tools = {
        "tools": ([system("Be brief."), user("Weather?"), assistant("Where?")], tools),
        "tools, no system": (BASE, [WEATHER]),
        "empty tools": (BASE, []),
        "tool without parameters": (BASE, [NO_PARAMETERS]),
        "bare tool": (BASE, [BARE_TOOL]),
        "call": ([user("Weather?"), assistant("", tool_calls=CALLS),
                  tool("Rain, 12°", name="get_weather", tool_call_id="call_1"),
                  assistant("It rains.")], tools),
        "call, null content": ([user("Weather?"), assistant(None, tool_calls=CALLS),
                                tool("Rain", tool_call_id="call_1"), assistant("It rains.")], tools),
        "call with text": ([user("Weather?"), assistant("Let me see.", tool_calls=CALLS),
                            tool("{\"sky\": \"rain\"}", name="get_weather")], tools),
        "parallel calls": ([user("Weather?"), assistant("", tool_calls=PARALLEL),
                            tool("Rain", name="get_weather", tool_call_id="call_1"),
                            tool("Sun", name="get_weather", tool_call_id="call_2"),
                            assistant("Mixed."), user("Thanks"), assistant("Welcome")], tools),
        "arguments as string": ([user("Weather?"), assistant("", tool_calls=[
            call("get_weather", "{\"place\": \"Köln\"}", id="call_1")]),
            tool("Rain", tool_call_id="call_1"), assistant("It rains.")], tools),
        "no arguments": ([user("Ping"), assistant("", tool_calls=[call("ping", {})]),
                          tool("pong"), assistant("Done")], [NO_PARAMETERS]),
        "bare call": ([user("Ping"), assistant("", tool_calls=[{"name": "ping", "arguments": {}}]),
                       tool("pong"), assistant("Done")], [NO_PARAMETERS]),
        "result as object": ([user("Weather?"), assistant("", tool_calls=CALLS),
                              tool({"sky": "rain", "t": 12.5}), assistant("It rains.")], tools),
        "result as parts": ([user("Weather?"), assistant("", tool_calls=CALLS),
                             tool([text("Rain")]), assistant("It rains.")], tools),
        "reasoning and call": ([system("Be brief."), user("Weather?"),
                                assistant("", reasoning_content="I need data.", tool_calls=CALLS),
                                tool("Rain", tool_call_id="call_1"),
                                assistant("It rains.", reasoning_content="Rain it is."),
                                user("Thanks"), assistant("Welcome")], tools),
        "calls in two turns": ([user("Weather?"), assistant("", tool_calls=CALLS), tool("Rain"),
                                assistant("", tool_calls=[call("now", {}, id="c2")]), tool("12:00"),
                                assistant("Rain at noon.")], tools),
        "empty calls": ([user("Hello"), assistant("Hi", tool_calls=[])], tools),
    }
    built = {name: {"messages": messages} for name, messages in plain.items()}
    for name, (messages, declared) in with_tools.items():
        built[name] = {"messages": messages, "tools": declared}
    return built
