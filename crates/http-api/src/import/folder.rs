//! The folder in which uploads lie: one folder each, by a name that the server draws.
//!
//! What always holds: nothing here is named by a client but the last part of a file's path, cleaned; no file is opened
//! through a link or over another; what is under way ends in `.part` and is gone when it is given up; nobody else on the
//! machine may read any of it.
//!
//! ```text
//! NAME/in/0/orders.csv   what was uploaded, until the import has ended
//! NAME/mapping.toml      how it is read, until then
//! NAME/rejects.csv       what was left out of it, afterwards
//! ```

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// What uploads leave of a disk for the store at least; of a small disk a tenth.
const RESERVE: u64 = 512 << 20;
/// How long the list of what was left out is kept; the same files make it again.
const KEPT: Duration = Duration::from_hours(30 * 24);
/// Bytes of a file's name.
const NAME_BYTES: usize = 200;

/// All uploads of a server.
#[derive(Debug, Default)]
pub struct Folder {
    given: Option<PathBuf>,
    /// Where none was given: as long as this lives.
    drawn: OnceLock<tempfile::TempDir>,
    counter: AtomicU64,
}

impl Folder {
    /// One that is kept, made when it is needed.
    pub fn at(path: PathBuf) -> Self {
        Self { given: Some(path), ..Self::default() }
    }

    /// Where it is. Refuses a link in its place.
    fn root(&self) -> io::Result<&Path> {
        let Some(given) = &self.given else {
            if let Some(drawn) = self.drawn.get() {
                return Ok(drawn.path());
            }
            let made = tempfile::Builder::new().prefix("promenade-imports-").tempdir()?;
            return Ok(self.drawn.get_or_init(|| made).path());
        };
        match private_dir(given) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made?,
        }
        if fs::symlink_metadata(given)?.is_dir() {
            return Ok(given);
        }
        Err(io::Error::new(ErrorKind::NotADirectory, "the folder of imports is a link or a file"))
    }

    /// Begins an upload under a name that nothing has; `drawn` is random.
    pub fn begin(&self, drawn: &[u8]) -> io::Result<Part> {
        let root = self.root()?;
        loop {
            let counter = self.counter.fetch_add(1, Ordering::Relaxed);
            let name = blake3::hash(&[drawn, &counter.to_le_bytes()].concat()).to_hex()[..32].to_owned();
            let (part, whole) = (root.join(format!("{name}.part")), root.join(&name));
            if whole.exists() {
                continue;
            }
            match private_dir(&part) {
                Ok(()) => {
                    let part = Part { name, part, whole, files: 0 };
                    private_dir(&part.part.join("in"))?;
                    return Ok(part);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Names that come out of the store are still only names.
    fn of(&self, name: &str) -> io::Result<PathBuf> {
        let ours = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !ours {
            return Err(io::Error::new(ErrorKind::InvalidInput, "no name of an upload"));
        }
        Ok(self.root()?.join(name))
    }

    /// The uploaded files of an import, in the order of their arrival.
    pub fn inputs(&self, name: &str) -> io::Result<Vec<PathBuf>> {
        let mut places = Vec::new();
        for entry in fs::read_dir(self.of(name)?.join("in"))? {
            let place = entry?.path();
            let number = place.file_name().and_then(|name| name.to_str()?.parse::<usize>().ok());
            for file in fs::read_dir(&place)? {
                places.push((number, file?.path()));
            }
        }
        places.sort();
        Ok(places.into_iter().map(|(_, path)| path).collect())
    }

    /// The text of its mapping.
    pub fn mapping(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.of(name)?.join("mapping.toml"))
    }

    /// What was left out of it.
    pub fn rejects(&self, name: &str) -> io::Result<PathBuf> {
        Ok(self.of(name)?.join("rejects.csv"))
    }

    /// Has that list written beside its place, and puts it there when it is whole.
    pub fn write_rejects(&self, name: &str, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        let whole = self.rejects(name)?;
        let part = whole.with_extension("part");
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => leaves_room(&private_file(&part)?, 0)?,
        }
        write(&part)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &whole)
    }

    /// A sentence without the places of ours that it may name.
    pub fn hide(&self, name: &str, text: &str) -> String {
        let Ok(folder) = self.of(name) else { return text.to_owned() };
        let inside = format!("{}/", folder.join("in").display());
        let mut said = String::new();
        for (at, piece) in text.split(inside.as_str()).enumerate() {
            // Behind it stand the number of the file and a stroke.
            let piece = if at == 0 { piece } else { piece.split_once('/').map_or(piece, |(_, rest)| rest) };
            said.push_str(piece);
        }
        let outside = [format!("{}/", folder.display()), folder.display().to_string()];
        outside.iter().fold(said, |said, place| said.replace(place.as_str(), ""))
    }

    /// An import has ended: its files go, the list of what was left out stays.
    pub fn clear(&self, name: &str) -> io::Result<()> {
        let folder = self.of(name)?;
        gone(fs::remove_dir_all(folder.join("in")))?;
        gone(fs::remove_file(folder.join("mapping.toml")))?;
        match fs::remove_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
            other => gone(other),
        }
    }

    /// Takes away what no open import needs: uploads that were broken off, and lists that are old.
    pub fn sweep(&self, open: &HashSet<String>) -> io::Result<()> {
        if !self.given.as_ref().is_some_and(|given| given.exists()) {
            return Ok(());
        }
        for entry in fs::read_dir(self.root()?)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().extension().is_some_and(|end| end == "part") {
                fs::remove_dir_all(entry.path())?;
            } else if !open.contains(&name) && self.of(&name).is_ok() {
                self.clear(&name)?;
            }
        }
        self.drop_old()
    }

    /// Takes away lists that were kept long enough.
    pub fn drop_old(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.root()?)? {
            let folder = entry?.path();
            let written = fs::metadata(folder.join("rejects.csv")).and_then(|known| known.modified());
            let age = written.ok().and_then(|written| SystemTime::now().duration_since(written).ok());
            if age.is_some_and(|age| age > KEPT) {
                fs::remove_dir_all(folder)?;
            }
        }
        Ok(())
    }
}

/// What is gone need not be taken away.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Refuses to write so many bytes more where the store would not have its share of the disk left.
pub fn leaves_room(file: &File, bytes: u64) -> io::Result<()> {
    let disk = rustix::fs::fstatvfs(file)?;
    let (all, free) = (disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize);
    let reserve = RESERVE.min(all / 10);
    if free >= reserve.saturating_add(bytes) {
        return Ok(());
    }
    let said = format!("the last {} MiB of the disk are the store's", reserve >> 20);
    Err(io::Error::new(ErrorKind::StorageFull, said))
}

fn private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// An upload under way. Given up, nothing of it stays.
#[derive(Debug)]
pub struct Part {
    /// The name that it will have.
    pub name: String,
    part: PathBuf,
    whole: PathBuf,
    files: usize,
}

impl Part {
    /// A new file for what comes next, and its name.
    pub fn file(&mut self, sent: Option<&str>) -> io::Result<(File, String)> {
        let place = self.part.join("in").join(self.files.to_string());
        self.files += 1;
        private_dir(&place)?;
        let name = plain_name(sent.unwrap_or_default());
        Ok((private_file(&place.join(&name))?, name))
    }

    /// The files so far.
    pub fn inputs(&self) -> io::Result<Vec<PathBuf>> {
        let place = |number: usize| -> io::Result<PathBuf> {
            let mut inside = fs::read_dir(self.part.join("in").join(number.to_string()))?;
            let file = inside.next().ok_or_else(|| io::Error::from(ErrorKind::NotFound))?;
            Ok(file?.path())
        };
        (0..self.files).map(place).collect()
    }

    /// All of it is there: from now on it is kept. Durable when this returns.
    pub fn keep(self, mapping: &str) -> io::Result<Kept> {
        let mut file = private_file(&self.part.join("mapping.toml"))?;
        file.write_all(mapping.as_bytes())?;
        file.sync_all()?;
        for number in 0..self.files {
            sync_dir(&self.part.join("in").join(number.to_string()))?;
        }
        sync_dir(&self.part.join("in"))?;
        sync_dir(&self.part)?;
        fs::rename(&self.part, &self.whole)?;
        self.whole.parent().map_or(Ok(()), sync_dir)?;
        Ok(Kept { name: self.name.clone(), whole: self.whole.clone(), is_needed: false })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It was renamed, or it goes.
        if self.part.exists()
            && let Err(error) = fs::remove_dir_all(&self.part)
        {
            tracing::warn!(%error, "a broken upload could not be removed; the next start does");
        }
    }
}

/// An upload that is whole. Until somebody needs it, it goes when this does.
#[derive(Debug)]
pub struct Kept {
    /// Its name.
    pub name: String,
    whole: PathBuf,
    is_needed: bool,
}

impl Kept {
    /// An import has it now.
    pub fn needed(mut self) {
        self.is_needed = true;
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.is_needed
            && let Err(error) = fs::remove_dir_all(&self.whole)
        {
            tracing::warn!(%error, "an upload could not be removed; the next start does");
        }
    }
}

/// The last part of a path as it was sent, without what no name may hold: its end, where it is too long, for there
/// stands what kind of file it is.
fn plain_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let mut name = plain.trim();
    while name.len() > NAME_BYTES {
        name = name.char_indices().nth(1).map_or("", |(at, _)| &name[at..]);
    }
    if matches!(name, "" | "." | "..") { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        let long = format!("{}.xlsx", "订".repeat(100));
        for (sent, name) in [
            ("orders.csv", "orders.csv"),
            ("六月 订单(1).xlsx", "六月 订单(1).xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\li\\orders.csv", "orders.csv"),
            ("/etc/", "file"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a\0b\n.csv", "ab.csv"),
            (" .. ", "file"),
            (&long, &long[long.len() - 200..]),
        ] {
            assert_eq!(plain_name(sent), name, "{sent:?}");
        }
    }

    #[test]
    fn what_is_given_up_is_gone_and_what_is_kept_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let all = Folder::at(folder.path().join("imports"));
        let names = || {
            let inside = fs::read_dir(folder.path().join("imports")).expect("it is there");
            inside.map(|entry| entry.expect("it is read").file_name()).collect::<Vec<_>>()
        };
        let mut part = all.begin(b"x").expect("it begins");
        let (mut file, name) = part.file(Some("a.csv")).expect("a file");
        file.write_all(b"1").expect("it is written");
        assert_eq!((name.as_str(), names().len()), ("a.csv", 1));
        drop(part);
        assert!(names().is_empty());
        let mut part = all.begin(b"x").expect("it begins");
        for name in ["a.csv", "a.csv", "../b.csv"] {
            part.file(Some(name)).expect("a file");
        }
        let kept = part.keep("name = 'x'").expect("it is kept");
        let name = kept.name.clone();
        kept.needed();
        let inputs = all.inputs(&name).expect("they are there");
        let last: Vec<_> = inputs.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(last, ["a.csv", "a.csv", "b.csv"]);
        let said = format!("{}: no column; see {}", inputs[2].display(), inputs[0].display());
        assert_eq!(all.hide(&name, &said), "b.csv: no column; see a.csv");
        assert!(all.inputs("../x").is_err() && all.mapping("").is_err());
        // The next start keeps what is open, and nothing else.
        drop(all.begin(b"y").map(std::mem::forget));
        assert_eq!(names().len(), 2);
        all.sweep(&HashSet::from([name.clone()])).expect("it is swept");
        assert_eq!(all.mapping(&name).expect("it is there"), "name = 'x'");
        assert_eq!(names().len(), 1);
        all.sweep(&HashSet::new()).expect("it is swept");
        assert!(names().is_empty());
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("imports");
        std::os::unix::fs::symlink(elsewhere.path(), &place).expect("a link");
        assert!(Folder::at(place).begin(b"x").is_err());
        assert_eq!(fs::read_dir(elsewhere.path()).expect("it is there").count(), 0);
    }
}
