mod support;
use support::*;
use store_sqlite::SqliteStore;
use store_memory::MemoryStore;
use std::time::Instant as Watch;
fn go(run: Run, n: usize, name: &str) {
    let run = run.with_campaign(&Deal { quantity: 1_000_000, ..Deal::default() });
    let w = Watch::now();
    for chunk in (0..n).collect::<Vec<_>>().chunks(1000) {
        let c = chunk.iter().map(|n| ingest(&placed(&format!("o{n:07}"), &format!("u{n}"), at(0)))).collect();
        run.many(c);
        let c = chunk.iter().filter(|n| *n % 2 == 0).map(|n| ingest(&paid(&format!("o{n:07}"), &format!("p{n}"), PAYABLE, at(1)))).collect();
        run.many(c);
    }
    run.advance(at(15));
    for chunk in (0..n).filter(|n| n % 4 == 1).collect::<Vec<_>>().chunks(1000) {
        let c = chunk.iter().map(|n| run.claiming(&format!("o{n:07}"))).collect();
        run.many(c);
    }
    println!("{name}: set up in {:?}", w.elapsed());
    let w = Watch::now();
    run.advance(at(60*23));
    println!("{name}: advanced in {:?}", w.elapsed());
    let w = Watch::now();
    let mut last = (String::new(), Watch::now());
    let r = engine::audit::audit(run.reader(), run.engine.now(), &mut |what, c| { if what != last.0 { println!("  {} +{:?}", what, last.1.elapsed()); last = (what.to_owned(), Watch::now()); } let _ = c; }).unwrap();
    println!("{name}: {n} orders audited in {:?}: {:?} {}", w.elapsed(), r.checked, r.findings.len());
}
#[test] fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.db");
    go(Run::on(Box::new(SqliteStore::open(&path).unwrap())), 200_000, "sqlite");
}
#[test] fn memory() { go(Run::on(Box::new(MemoryStore::new())), 100_000, "memory"); }
