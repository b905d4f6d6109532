//! HTML pages from the templates in `templates/`.
//!
//! A page is one file. It loads nothing, opens no address from the data, and runs only the script
//! in `templates/page.js`.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, Output, State, UndefinedBehavior, context, escape_formatter};
use serde::Serialize;
use tunelint_core::printable::{counted, grouped, printable};

const TEMPLATES: [(&str, &str); 8] = [
    ("base.html", include_str!("../templates/base.html")),
    ("check.html", include_str!("../templates/check.html")),
    ("findings.html", include_str!("../templates/findings.html")),
    ("loss.html", include_str!("../templates/loss.html")),
    ("macros.html", include_str!("../templates/macros.html")),
    ("render.html", include_str!("../templates/render.html")),
    ("stats.html", include_str!("../templates/stats.html")),
    ("targets.html", include_str!("../templates/targets.html")),
];
const STYLE: &str = include_str!("../templates/page.css");
const SCRIPT: &str = include_str!("../templates/page.js");

/// The content security policy: it allows this style, this script and nothing else. A test compares
/// the digests.
const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-5+G3buPK7ahjgwXt7wv6tQS2nX18w3VmjNiiTRGpBOw='; \
    script-src 'sha256-oy+FfaugUlW0k1us8TJzS7y3OqN19TlVHfj/LwxpljE='; \
    base-uri 'none'; form-action 'none'";

/// Renders `template` with `data`.
///
/// # Errors
/// If the template is invalid.
pub fn render(template: &str, data: impl Serialize) -> io::Result<String> {
    try_render(template, data).map_err(io::Error::other)
}

fn try_render(template: &str, data: impl Serialize) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.set_formatter(write_printable);
    environment.add_filter("grouped", grouped);
    environment.add_filter("counted", |number: u64, noun: &str| counted(number, noun));
    environment.add_filter("percent", |share: f64| format!("{share}%"));
    environment.add_filter("joined", |Serde(words): Serde<Vec<String>>| {
        words.join(", ")
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    environment.get_template(template)?.render(context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        policy => POLICY,
        version => env!("CARGO_PKG_VERSION"),
        ..Value::from(Serde(data))
    })
}

/// Makes control and invisible characters of a value visible, and escapes it as usual.
fn write_printable(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(printable(text))),
        None => escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_style_and_the_script() {
        for (what, text) in [("style", STYLE), ("script", SCRIPT)] {
            let digest = STANDARD.encode(Sha256::digest(text));
            let source = format!("{what}-src 'sha256-{digest}';");
            assert!(POLICY.contains(&source), "POLICY must contain {source}");
        }
    }

    #[test]
    fn values_are_escaped() {
        let title = "<script>{{ 7*7 }}</script>\u{202e}\"'";
        let page = render("check.html", context! { title }).unwrap_err();
        assert!(!page.to_string().contains("script"), "{page}");
        let mut out = Environment::new();
        out.set_formatter(write_printable);
        out.add_template("a.html", "{{ title }}").unwrap();
        let text = out
            .get_template("a.html")
            .unwrap()
            .render(context! { title });
        assert_eq!(
            text.unwrap(),
            "&lt;script&gt;{{ 7*7 }}&lt;&#x2f;script&gt;\\u{202e}&quot;&#x27;"
        );
    }
}
