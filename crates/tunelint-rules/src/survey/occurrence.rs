//! Whether one text occurs in another.

/// Characters by which places are found before the rest is compared.
const PROBE: usize = 24;

/// Whether `needle` occurs in `text`. Preparing a search takes longer than the search itself where
/// the needle is long, and most long needles do not occur.
///
/// ```
/// use tunelint_rules::survey::occurrence::occurs;
/// assert!(occurs("the end", "this is the end"));
/// assert!(!occurs("this is the end of a long text", "this is the end of a long day"));
/// ```
pub fn occurs(needle: &str, text: &str) -> bool {
    let (needle, text) = (needle.as_bytes(), text.as_bytes());
    let Some((probe, rest)) = needle.split_at_checked(PROBE) else {
        return memchr::memmem::find(text, needle).is_some();
    };
    let mut places = memchr::memmem::find_iter(text, probe);
    places.any(|at| {
        text.get(at + PROBE..)
            .is_some_and(|after| after.starts_with(rest))
    })
}
