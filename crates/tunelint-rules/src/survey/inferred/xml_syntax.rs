//! The syntax of XML texts: tags, attributes, entities.

use std::collections::BTreeMap;
use std::ops::Range;

use super::majority::Majority;

/// Why an output is not well-formed, or has other tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlFault {
    /// A tag that is not closed.
    Unclosed(String),
    /// A closing tag without its opening tag.
    Unopened(String),
    /// A tag that does not end.
    Unfinished,
    /// A tag that nearly no output has, where other rare tags do not occur.
    Unknown(String, Majority<()>),
    /// A tag that nearly all outputs have is missing.
    Missing(String, Majority<()>),
    /// An attribute that nearly all outputs with the tag have there is missing.
    MissingAttribute {
        /// The tag.
        tag: String,
        /// The attribute.
        name: String,
        /// The outputs with the tag that have it.
        with: Majority<()>,
    },
    /// An attribute whose value is not in quotes.
    Unquoted(String),
    /// An entity that XML does not define.
    UnknownEntity(String),
    /// An ampersand that starts no entity.
    BareAmpersand,
}

/// An element of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'t> {
    /// The first opening tag, or the last with fewer attributes than those before it.
    pub place: Range<usize>,
    /// The attributes that all opening tags of this name have.
    pub attributes: Vec<&'t str>,
}

/// A well-formed text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document<'t> {
    /// The elements, by their tags.
    pub elements: BTreeMap<&'t str, Element<'t>>,
    /// The first attribute or entity that XML does not allow, and HTML does. `None` for HTML.
    pub loose: Option<(Range<usize>, XmlFault)>,
}

/// Tags that show that a text is HTML.
const HTML: [&str; 6] = ["html", "div", "span", "p", "br", "td"];
/// The entities that XML defines.
const ENTITIES: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];
/// The maximum length of the name of an entity.
const LONGEST_ENTITY: usize = 32;

impl<'t> Document<'t> {
    /// Reads a text.
    ///
    /// # Errors
    /// The first fault of a text that is not well-formed.
    pub fn parse(text: &'t str) -> Result<Self, (Range<usize>, XmlFault)> {
        let mut document = Self::default();
        document.read_tags(text)?;
        if document.is_html() {
            document.loose = None;
        } else if document.loose.is_none() {
            document.loose = wrong_entity(text);
        }
        Ok(document)
    }

    fn is_html(&self) -> bool {
        HTML.iter().any(|tag| self.elements.contains_key(tag))
    }

    /// Reads the tags of `text`.
    fn read_tags(&mut self, text: &'t str) -> Result<(), (Range<usize>, XmlFault)> {
        let mut open: Vec<(&str, Range<usize>)> = Vec::new();
        let mut at = 0;
        while let Some(start) = next_tag(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            if let Some(length) = skipped(rest) {
                at = start + length;
                continue;
            }
            let Some(end) = rest.find('>') else {
                return Err((start..start + 1, XmlFault::Unfinished));
            };
            let place = start..start + end + 1;
            at = place.end;
            let inner = rest.get(1..end).unwrap_or_default();
            if let Some(name) = inner.strip_prefix('/') {
                let name = name.trim_end();
                match open.pop() {
                    Some((opened, _)) if opened == name => {}
                    Some((opened, place)) if open.iter().any(|(outer, _)| *outer == name) => {
                        return Err((place, XmlFault::Unclosed(opened.to_owned())));
                    }
                    _ => return Err((place, XmlFault::Unopened(name.to_owned()))),
                }
                continue;
            }
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
            let name = inner
                .split(|c: char| !is_name(c))
                .next()
                .unwrap_or_default();
            self.add(name, place.clone(), inner);
            if !inner.ends_with('/') {
                open.push((name, place));
            }
        }
        match open.pop() {
            Some((name, place)) => Err((place, XmlFault::Unclosed(name.to_owned()))),
            None => Ok(()),
        }
    }

    /// Adds an opening tag, of which `inner` is the text between the brackets.
    fn add(&mut self, name: &'t str, place: Range<usize>, inner: &'t str) {
        let rest = inner.get(name.len()..).unwrap_or_default();
        let (attributes, unquoted) = attributes_of(rest);
        if let Some(attribute) = unquoted
            && self.loose.is_none()
        {
            let fault = XmlFault::Unquoted(attribute.to_owned());
            self.loose = Some((place.clone(), fault));
        }
        match self.elements.get_mut(name) {
            Some(known) => {
                let count = known.attributes.len();
                known.attributes.retain(|name| attributes.contains(name));
                if known.attributes.len() < count {
                    known.place = place;
                }
            }
            None => {
                self.elements.insert(name, Element { place, attributes });
            }
        }
    }
}

/// The names of the attributes in a tag, and the first whose value is not in quotes.
fn attributes_of(mut rest: &str) -> (Vec<&str>, Option<&str>) {
    let (mut names, mut unquoted) = (Vec::new(), None);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/');
        let Some((name, after)) = rest.split_at_checked(end.unwrap_or(rest.len())) else {
            return (names, unquoted);
        };
        if name.is_empty() && after.is_empty() {
            return (names, unquoted);
        }
        if !name.is_empty() {
            names.push(name);
        }
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let after = match quote {
            Some(quote) => value.get(1..).and_then(|value| value.split_once(quote)),
            None => {
                unquoted = unquoted.or(Some(name));
                value.split_once(char::is_whitespace)
            }
        };
        rest = after.map_or("", |(_, after)| after);
    }
}

/// The first `&` of a text that does not start an entity of XML. A text that may define entities, or
/// with a section in which there are none, has none.
fn wrong_entity(text: &str) -> Option<(Range<usize>, XmlFault)> {
    let mut places = memchr::memchr_iter(b'&', text.as_bytes()).peekable();
    places.peek()?;
    if text.contains("<!") {
        return None;
    }
    places.find_map(|at| {
        let rest = text.get(at + 1..)?;
        let name = rest.split_once(';').map(|(name, _)| name);
        let is_name = |name: &&str| {
            let mut letters = name.bytes();
            (1..=LONGEST_ENTITY).contains(&name.len())
                && letters.all(|c| c.is_ascii_alphanumeric() || c == b'#')
        };
        match name.filter(is_name) {
            Some(name) if name.starts_with('#') || ENTITIES.contains(&name) => None,
            Some(name) => {
                let range = at..at + name.len() + 2;
                Some((range, XmlFault::UnknownEntity(name.to_owned())))
            }
            None => Some((at..at + 1, XmlFault::BareAmpersand)),
        }
    })
}

/// The next `<` from `from` on that starts a tag, a comment or a declaration.
fn next_tag(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let starts = |at: &usize| {
        let after = rest.get(at + 1..).unwrap_or_default();
        after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '!' | '?'))
    };
    let at = memchr::memchr_iter(b'<', rest.as_bytes()).find(starts)?;
    Some(from + at)
}

/// The length of the comment, `CDATA` section, declaration or instruction at the start of `rest`.
fn skipped(rest: &str) -> Option<usize> {
    let ends = [
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<!", ">"),
        ("<?", "?>"),
    ];
    let (_, end) = ends
        .into_iter()
        .find(|(start, _)| rest.starts_with(start))?;
    Some(rest.find(end).map_or(rest.len(), |at| at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<XmlFault> {
        Document::parse(text).err().map(|(_, fault)| fault)
    }

    #[test]
    fn well_formed_texts_have_no_fault() {
        for text in [
            "<r><a x=\"1\">1 < 2</a><b/></r>",
            "<?xml version=\"1.0\"?><!-- <x> --><r><![CDATA[<y>]]></r>",
            "<a>é</a><a></a >",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        let tags = Document::parse("<r><a>1</a><b/></r>").unwrap().elements;
        assert_eq!(tags.into_keys().collect::<Vec<_>>(), ["a", "b", "r"]);
    }

    #[test]
    fn faults_name_the_tag() {
        let unclosed = |tag: &str| Some(XmlFault::Unclosed(tag.to_owned()));
        assert_eq!(fault("<r><a>1</r>"), unclosed("a"));
        assert_eq!(fault("<r><a>1</a>"), unclosed("r"));
        let unopened = Some(XmlFault::Unopened("b".to_owned()));
        assert_eq!(fault("<r>1</b></r>"), unopened);
        assert_eq!(fault("<r>1</r"), Some(XmlFault::Unfinished));
    }

    #[test]
    fn attributes_and_entities_are_read() {
        let of = |text| {
            let document = Document::parse(text).unwrap();
            (document.elements, document.loose.map(|(_, fault)| fault))
        };
        let (elements, loose) = of("<r><a x='1' y=\"2\">&lt;&#39;</a><a y = \"3\"/></r>");
        let a = elements.get("a").unwrap();
        assert_eq!((a.attributes.as_slice(), a.place.start), (&["y"][..], 31));
        assert_eq!(loose, None);
        let loose = |text| of(text).1;
        assert_eq!(
            loose("<a x=1 y=\"2\"/>"),
            Some(XmlFault::Unquoted("x".to_owned()))
        );
        let unknown = Some(XmlFault::UnknownEntity("foo".to_owned()));
        assert_eq!(loose("<a>&foo;</a>"), unknown);
        assert_eq!(
            loose("<a>fish & chips; tea</a>"),
            Some(XmlFault::BareAmpersand)
        );
        for text in [
            "<p>&nbsp;</p>",
            "<a><![CDATA[a & b]]></a>",
            "<a x=\"?b=1\" />",
        ] {
            assert_eq!(loose(text), None, "{text}");
        }
    }
}
