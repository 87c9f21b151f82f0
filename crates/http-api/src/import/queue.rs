//! Which imports wait and which run: one of a shop at a time, a few at once, the others in the order of their arrival.
//!
//! What always holds: what is in the store as open is here too, from the start of the server on, so that it goes on by
//! itself; what waits is bounded.

use super::folder::Folder;
use domain::{ImportId, ShopId};
use engine::Engine;
use port::{Import, ImportState, StoreError};
use replay::pool::Counts;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Imports that run at once: each reads on one core, and all of them wait for the one writer.
const AT_ONCE: usize = 2;
/// Imports of a shop that wait, run or are being uploaded.
pub const OF_A_SHOP: usize = 16;
/// The same of all shops together.
pub const OF_ALL: usize = 64;
/// Bytes of the files of one import: a year of a large shop.
const UPLOAD_BYTES: u64 = 512 << 20;

/// Where a server keeps what is uploaded to it.
#[derive(Debug, Clone)]
pub struct KeptIn {
    /// Its own folder, made when it is needed: no other server may have it.
    pub folder: PathBuf,
    /// Bytes of the files of one import; 512 MiB when nothing is said.
    pub upload_bytes: Option<u64>,
}

/// How one import goes, told while it runs.
#[derive(Debug, Default)]
pub struct Live {
    /// Bytes that were read.
    pub done: AtomicU64,
    /// Bytes in all; 0 before it is begun.
    pub total: AtomicU64,
    /// What became of its orders so far.
    pub counts: Mutex<Counts>,
    /// Somebody asked for its end.
    pub cancelled: AtomicBool,
}

/// One that waits or runs.
#[derive(Debug, Clone)]
pub struct Job {
    pub shop_id: ShopId,
    pub import_id: ImportId,
    pub live: Arc<Live>,
}

#[derive(Debug, Default)]
struct Places {
    waiting: VecDeque<Job>,
    running: Vec<Job>,
    /// Uploads under way, by shop.
    coming: HashMap<ShopId, usize>,
}

impl Places {
    fn of(&self, shop: &ShopId) -> usize {
        let jobs = self.waiting.iter().chain(&self.running).filter(|job| job.shop_id == *shop);
        jobs.count() + self.coming.get(shop).copied().unwrap_or_default()
    }
    fn of_all(&self) -> usize {
        self.waiting.len() + self.running.len() + self.coming.values().sum::<usize>()
    }
    /// The next one whose shop has none that runs.
    fn next(&mut self) -> Option<Job> {
        if self.running.len() >= AT_ONCE {
            return None;
        }
        let is_free = |job: &Job| self.running.iter().all(|running| running.shop_id != job.shop_id);
        let at = self.waiting.iter().position(is_free)?;
        let job = self.waiting.remove(at)?;
        self.running.push(job.clone());
        Some(job)
    }
}

/// Runs an import to its end, or until all are to stop.
pub type Work = fn(&Imports, &Job);

/// The imports of a server.
pub struct Imports {
    pub engine: Engine,
    pub folder: Folder,
    /// Bytes of the files of one import.
    pub upload_bytes: u64,
    places: Mutex<Places>,
    /// Told when one has ended, or all are to stop.
    changed: Condvar,
    stopping: AtomicBool,
    work: Work,
}

impl Imports {
    /// Those of a server that keeps none: its uploads are gone with it.
    pub fn passing(engine: Engine, work: Work) -> Arc<Self> {
        Arc::new(Self::of(engine, work, Folder::default(), UPLOAD_BYTES))
    }

    fn of(engine: Engine, work: Work, folder: Folder, upload_bytes: u64) -> Self {
        let (places, changed, stopping) = (Mutex::default(), Condvar::new(), AtomicBool::new(false));
        Self { engine, folder, upload_bytes, places, changed, stopping, work }
    }

    /// Those of a server that keeps its uploads in a folder, with those that go on from there.
    pub fn open(engine: Engine, work: Work, kept: KeptIn) -> Result<Arc<Self>, StoreError> {
        let open = engine.reader().open_imports()?;
        let bytes = kept.upload_bytes.unwrap_or(UPLOAD_BYTES);
        let imports = Arc::new(Self::of(engine, work, Folder::at(kept.folder), bytes));
        let needed: HashSet<String> = open.iter().map(|import| import.upload.folder.clone()).collect();
        if let Err(error) = imports.folder.sweep(&needed) {
            tracing::warn!(%error, "uploads that nobody needs could not be removed");
        }
        // Those that ran go first.
        for state in [ImportState::Running, ImportState::Received] {
            for import in open.iter().filter(|import| import.state == state) {
                imports.add(import);
            }
        }
        imports.dispatch();
        Ok(imports)
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for an upload of a shop; none where too much waits.
    pub fn place(self: &Arc<Self>, shop: &ShopId) -> Option<Place> {
        let mut places = self.places();
        if places.of(shop) >= OF_A_SHOP || places.of_all() >= OF_ALL {
            return None;
        }
        *places.coming.entry(shop.clone()).or_default() += 1;
        Some(Place { imports: self.clone(), shop_id: shop.clone() })
    }

    fn add(&self, import: &Import) {
        let live = Live { cancelled: AtomicBool::new(import.cancel_asked), ..Live::default() };
        let (shop_id, import_id) = (import.shop_id.clone(), import.import_id.clone());
        self.places().waiting.push_back(Job { shop_id, import_id, live: Arc::new(live) });
    }

    /// How one goes that waits or runs here.
    pub fn live(&self, shop: &ShopId, import: &ImportId) -> Option<Arc<Live>> {
        let places = self.places();
        let mut jobs = places.waiting.iter().chain(&places.running);
        let job = jobs.find(|job| job.shop_id == *shop && job.import_id == *import)?;
        Some(job.live.clone())
    }

    /// Somebody ended it, and the store says so: what waits goes, what runs stops at its next batch.
    pub fn cancelled(&self, import: &Import) {
        if let Some(live) = self.live(&import.shop_id, &import.import_id) {
            live.cancelled.store(true, Ordering::Relaxed);
        }
        if !import.state.is_open() {
            let is_it = |job: &Job| job.shop_id == import.shop_id && job.import_id == import.import_id;
            self.places().waiting.retain(|job| !is_it(job));
            self.clear(&import.upload.folder);
        }
    }

    /// Its files go.
    pub fn clear(&self, folder: &str) {
        if let Err(error) = self.folder.clear(folder).and_then(|()| self.folder.drop_old()) {
            tracing::warn!(%error, "the files of an import could not be removed; the next start does");
        }
    }

    /// Begins as many as may run.
    fn dispatch(self: &Arc<Self>) {
        while !self.is_stopping() {
            let Some(job) = self.places().next() else { break };
            let (imports, begun) = (self.clone(), job.clone());
            let thread = std::thread::Builder::new().name("promenade-import".into());
            let spawned = thread.spawn(move || {
                (imports.work)(&imports, &begun);
                imports.ended(&begun);
                imports.dispatch();
            });
            if let Err(error) = spawned {
                tracing::error!(%error, "no thread for an import; it goes on when another has ended");
                self.ended(&job);
                self.places().waiting.push_front(job);
                break;
            }
        }
        self.tell();
    }

    fn ended(&self, job: &Job) {
        let is_it = |other: &Job| other.shop_id == job.shop_id && other.import_id == job.import_id;
        self.places().running.retain(|other| !is_it(other));
        self.changed.notify_all();
    }

    fn tell(&self) {
        let places = self.places();
        let gauge = |name: &'static str, count: usize| {
            metrics::gauge!(name).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        };
        gauge("promenade_imports_running", places.running.len());
        gauge("promenade_imports_waiting", places.waiting.len());
    }

    /// Whether all are to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Waits, unless all are to stop meanwhile.
    pub fn rest(&self, time: Duration) {
        let places = self.places();
        let until = self.changed.wait_timeout_while(places, time, |_| !self.is_stopping());
        drop(until);
    }

    /// All that run stop at their next batch, and go on with the next start. Waits for them, for so long at most.
    pub fn stop(&self, patience: Duration) {
        self.stopping.store(true, Ordering::Relaxed);
        let places = self.places();
        self.changed.notify_all();
        let (until, mut places) = (Instant::now() + patience, places);
        while !places.running.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(places, left);
            places = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A place among those that may wait, for an upload under way.
pub struct Place {
    imports: Arc<Imports>,
    shop_id: ShopId,
}

impl Place {
    /// The upload is whole and its import is in the store: it waits for its turn.
    pub fn take(self, import: &Import) {
        self.imports.add(import);
        let imports = self.imports.clone();
        drop(self);
        imports.dispatch();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.imports.places();
        if let Some(coming) = places.coming.get_mut(&self.shop_id) {
            *coming -= 1;
            if *coming == 0 {
                places.coming.remove(&self.shop_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(shop: &str, number: u8) -> Job {
        let import_id = format!("im_{number}").parse().expect("an id");
        Job { shop_id: shop.parse().expect("an id"), import_id, live: Arc::default() }
    }

    /// One of a shop at a time, two in all, the others in the order of their arrival.
    #[test]
    fn shops_take_turns() {
        let mut places = Places::default();
        places.waiting.extend([job("a", 1), job("a", 2), job("a", 3), job("b", 4), job("c", 5)]);
        let mut turns = Vec::new();
        let mut begin = |places: &mut Places| {
            while let Some(job) = places.next() {
                turns.push(job.import_id.to_string());
            }
            turns.clone()
        };
        assert_eq!(begin(&mut places), ["im_1", "im_4"]);
        assert_eq!((places.of(&job("a", 0).shop_id), places.of_all()), (3, 5));
        // The first one of shop a ends, then that of shop b.
        places.running.remove(0);
        assert_eq!(begin(&mut places)[2..], ["im_2"]);
        places.running.remove(0);
        assert_eq!(begin(&mut places)[3..], ["im_5"]);
        places.running.clear();
        assert_eq!(begin(&mut places)[4..], ["im_3"]);
        assert_eq!(places.of_all(), 1);
    }
}
