//! Who may read and write a new file, and whose it is.

use std::fs::{File, Metadata};
use std::io;

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Those whom the umask lets.
    Usual,
    /// Its owner.
    Private,
}

/// Creates files with `access`. A temporary file is readable only by its owner otherwise.
#[cfg(unix)]
pub(super) fn create_with(builder: &mut tempfile::Builder<'_, '_>, access: Access) {
    use std::os::unix::fs::PermissionsExt;
    if access == Access::Usual {
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
}

#[cfg(not(unix))]
pub(super) fn create_with(_: &mut tempfile::Builder<'_, '_>, _: Access) {}

/// Gives `file` the owner and the mode of the file `name` that it replaces. A remark follows if the
/// owner cannot be kept, as when the file belongs to somebody else.
#[cfg(unix)]
pub(super) fn keep(file: &File, old: &Metadata, name: &str) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
    {
        crate::exit::remark(&format!(
            "{name} now belongs to you: its owner was not kept"
        ));
    }
    // After the owner, whose change may take bits away.
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
pub(super) fn keep(file: &File, old: &Metadata, _: &str) -> io::Result<()> {
    file.set_permissions(old.permissions())
}
