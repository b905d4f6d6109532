//! What follows from a rendering for training, as typed results.

mod prefix;

mod dropped;

mod stop;

mod answers;

pub use answers::{Answer, answers};
pub use dropped::{ContentKind, Dropped, dropped};
pub use prefix::{Prefixes, message_starts, prefixes, template_preserves_prefix};
pub use stop::{StopFault, StopSpan, StopTokens, stop_spans, template_trains_stop_token};
