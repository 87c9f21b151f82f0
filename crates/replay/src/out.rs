//! Files that are there as a whole or as they were before.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Writes a file beside its place and puts it there when it is whole. What stands there gives way, a symbolic link too:
/// what it points to stays as it is. Devices and pipes are written to as they are.
pub fn write_whole<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    if is_stream(path) {
        return write(&mut File::options().write(true).open(path)?);
    }
    let beside = beside(path);
    let written = create(&beside).map_err(E::from).and_then(|mut file| {
        write(&mut file)?;
        Ok(file.sync_all()?)
    });
    let placed = written.and_then(|()| Ok(fs::rename(&beside, path)?));
    if placed.is_err() {
        // What is half written is of no use; the first error is the one to report.
        let _ = fs::remove_file(&beside);
    }
    placed
}

/// A file of a name that is nobody's: what a run that was killed left there goes, and no link is followed.
fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    File::options().write(true).create_new(true).open(path)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

/// Whether what stands there is no file: `/dev/null`, a pipe.
fn is_stream(path: &Path) -> bool {
    let stands = |kind: fs::FileType| !(kind.is_file() || kind.is_symlink() || kind.is_dir());
    path.starts_with("/dev") || fs::symlink_metadata(path).is_ok_and(|found| stands(found.file_type()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_stays_as_it_was_when_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "before").unwrap();
        let failed = write_whole(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_never_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("list.csv"), folder.path().join("other"));
        fs::write(&other, "theirs").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        std::os::unix::fs::symlink(&other, beside(&path)).unwrap();
        write_whole(&path, |file| file.write_all(b"ours")).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "theirs");
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours");
        assert!(!path.is_symlink());
        write_whole(Path::new("/dev/null"), |file| file.write_all(b"ours")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
