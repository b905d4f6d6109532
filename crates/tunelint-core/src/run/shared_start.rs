//! Where the own text of a record begins: after what all records start with, so that an excerpt
//! shows what tells one record from another.

use tunelint_rules::survey::inferred::Inferred;

/// The texts that most records of a dataset start with, as they are written in records.
#[derive(Debug, Default)]
pub(super) struct SharedStart(Vec<String>);

impl SharedStart {
    /// Bytes of a record in which its own text is looked for.
    pub(super) const SEARCHED: usize = 16 * 1024;

    /// The system prompt and the preambles of the inferred format.
    pub(super) fn of(inferred: &Inferred) -> Self {
        let shared = [
            &inferred.system,
            &inferred.system_preamble,
            &inferred.preamble,
        ];
        let texts = shared.into_iter().flatten();
        let written = texts.flat_map(|common| {
            let json = serde_json::to_string(&common.value).unwrap_or_default();
            let json = json.trim_matches('"').to_owned();
            [common.value.clone(), json]
        });
        Self(written.filter(|text| !text.is_empty()).collect())
    }

    /// The offset of the own text in `record`, bytes that start with a record: 0 if nothing that is
    /// shared begins in its first line. Later lines may belong to the next record.
    pub(super) fn end_in(&self, record: &[u8]) -> usize {
        let line = memchr::memchr(b'\n', record).unwrap_or(record.len());
        let ends = self.0.iter().filter_map(|text| {
            let at = memchr::memmem::find(record, text.as_bytes())?;
            (at < line).then_some(at + text.len())
        });
        ends.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_rules::survey::inferred::Common;

    #[test]
    fn the_own_text_follows_the_last_shared_one() {
        let common = |value: &str| {
            Some(Common {
                value: value.to_owned(),
                holders: 1,
                of: 1,
            })
        };
        let shared = SharedStart::of(&Inferred {
            system: common("Be \"brief\"."),
            preamble: common("Classify:\n"),
            ..Inferred::default()
        });
        let own = |record: &'static str| {
            let end = shared.end_in(record.as_bytes());
            record.get(end..).unwrap_or_default()
        };
        assert_eq!(own(r#"["Be \"brief\".","Classify:\ngood"]"#), "good\"]");
        assert_eq!(own("\"Classify:\ngood\",x"), "good\",x");
        assert_eq!(
            own("{\"a\":1}\n{\"a\":\"Classify:\\n\"}"),
            "{\"a\":1}\n{\"a\":\"Classify:\\n\"}"
        );
    }
}
