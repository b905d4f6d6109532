//! A page in a notebook: in a frame that can reach neither the notebook nor the network.

/// The page in a sandboxed frame. Its script runs, in an opaque origin.
pub fn framed(page: &str) -> String {
    let escaped = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe sandbox=\"allow-scripts\" srcdoc=\"{escaped}\" \
         style=\"width: 100%; height: 40em; border: 1px solid #ccc\" title=\"tunelint\"></iframe>"
    )
}
