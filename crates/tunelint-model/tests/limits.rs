//! A template is a stranger's code: it neither hangs, nor exhausts memory or the stack, nor panics.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use proptest::prelude::*;
use time::PrimitiveDateTime;
use tunelint_model::{
    Conversation, RenderOptions, Rendered, Template, TemplateError, TemplateErrorKind,
};

const RECORD: &str = r#"{"messages":[{"role":"system","content":"Be brief."},
    {"role":"user","content":"Hello"},{"role":"assistant","content":"Hi","reasoning_content":"r",
    "tool_calls":[{"function":{"name":"f","arguments":{"items":[1e-7,2.5,null,true]}}}]}],
    "tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#;

fn render(source: &str) -> Result<Rendered, TemplateError> {
    let conversation = Conversation::from_record(RECORD).unwrap();
    let template = Template::parse(source, PrimitiveDateTime::MIN)?;
    template.render(&conversation, &RenderOptions::default())
}

fn kind(source: &str) -> TemplateErrorKind {
    render(source).expect_err(source).kind
}

#[test]
fn endless_work_is_stopped() {
    let sources = [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(0) }}",
        "{% for i in range(9999) %}{{ 'abcdefghij' * 9999 }}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{{ 'x'.zfill(99999999999) }}",
        "{{ ('a' * 99999).replace('', 'b' * 99999) }}",
        "{{ ('a' * 99999).join(range(99999)|map('string')) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ range(99999)|list|tojson(indent=64)|length }}{{ (['a' * 9999] * 9999)|tojson }}",
        "{{ ('a' * 99999)|center(999999999999) }}",
    ];
    for source in sources {
        assert_eq!(kind(source), TemplateErrorKind::Limit, "{source}");
    }
}

#[test]
fn deep_values_do_not_exhaust_the_stack() {
    let grow = |step: &str, end: &str| {
        format!(
            "{{% set ns = namespace(x=[1]) %}}{{% for i in range(99999)%}}{{% set ns.x = {step}%}}\
             {{% endfor %}}{end}"
        )
    };
    let steps = ["[ns.x]", "ns.x[0:]", "(ns.x,)"];
    let ends = ["{{ ns.x }}", "{{ ns.x == [ns.x] }}"];
    for step in steps {
        for end in ends {
            // An error or not: it returns.
            let _ = render(&grow(step, end));
        }
    }
}

#[test]
fn what_the_engine_panics_at_is_an_error() {
    let source = "{% for x in messages %}{% with %}{% break %}{% endwith %}{% endfor %}";
    assert_eq!(kind(source), TemplateErrorKind::Unsupported);
    assert_eq!(kind(&"{".repeat(600_000)), TemplateErrorKind::Limit);
    assert_eq!(
        kind(&format!("{}{}", "{% if x %}".repeat(9_999), "x")),
        TemplateErrorKind::Syntax
    );
    assert_eq!(
        kind(&format!("{{{{ {} }}}}", "(".repeat(99_999))),
        TemplateErrorKind::Syntax
    );
    assert_eq!(
        kind("{{ raise_exception('No.') }}"),
        TemplateErrorKind::Raised
    );
}

/// A template that uses most of what templates use.
const TEMPLATE: &str = "{%- set ns = namespace(found=false, text='') -%}\n\
    {% macro show(m, depth=0) %}{{ m.content | trim }}{{ '%s' % m.role }}{% endmacro %}\n\
    {%- if tools %}{{ tools | tojson(indent=2) }}{% endif %}\n\
    {%- for m in messages[::-1] if m.role != 'tool' -%}\n\
      {%- if loop.first %}{% set ns.found = true %}{% endif %}\n\
      {%- if m.role == 'assistant' %}{% generation %}{{ show(m) }}<|end|>{% endgeneration %}\n\
      {%- elif m.content is string %}<|{{ m.role.upper() }}|>{{ m['content'].split('l')[-1] }}\n\
      {%- else %}{{ raise_exception('No ' ~ m.role) }}{% continue %}{% endif %}\n\
      {%- for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% break %}{% endfor %}\n\
    {%- endfor %}{% set x %}a{% endset %}{% filter upper %}{{ x }}{% endfilter %}\n\
    {%- with y = 'a' %}{{ y }}{% endwith %}{{ strftime_now('%d %b') if add_generation_prompt }}";

/// Pieces that a mutation puts in or takes out.
const PIECES: [&str; 30] = [
    "{%",
    "%}",
    "{{",
    "}}",
    "{#",
    "#}",
    "-",
    "(",
    ")",
    "[",
    "]",
    "{",
    "|",
    "'",
    "\"",
    " % ",
    " in ",
    "for ",
    "endfor ",
    "{% break %}",
    "{% continue %}",
    "{% generation %}",
    "{% endgeneration %}",
    "{% with %}",
    "{% endwith %}",
    "messages",
    "range(9999)",
    "[::-1]",
    " * 9999",
    "é😀",
];

fn mutated() -> impl Strategy<Value = String> {
    let edit = (
        0..TEMPLATE.len(),
        0..12usize,
        prop::sample::select(&PIECES[..]),
    );
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut text = TEMPLATE.to_owned();
        for (at, cut, piece) in edits {
            let floor = |at: usize| {
                (0..=at.min(text.len()))
                    .rev()
                    .find(|at| text.is_char_boundary(*at))
            };
            let start = floor(at).unwrap_or(0);
            let end = floor(start + cut).unwrap_or(start).max(start);
            text.replace_range(start..end, piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is left of a template, it is rendered or refused, and marks lie within the text.
    #[test]
    fn mutated_templates_are_rendered_or_refused(source in mutated()) {
        if let Ok(rendered) = render(&source) {
            prop_assert!(rendered.text.len() < 32 << 20);
        }
    }
}

#[test]
fn the_template_of_the_mutations_is_rendered() {
    let rendered = render(TEMPLATE).unwrap();
    assert!(rendered.text.contains("<|USER|>o"), "{}", rendered.text);
    assert_eq!(rendered.trained.len(), 1);
}
