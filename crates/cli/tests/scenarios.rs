//! Every scenario over HTTP, each against a server of its own on a database of its own.

mod support;

use scenario::HttpDoor;
use support::Server;

fn through_http(name: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    scenario::check(name, &mut HttpDoor::new(&*server.address));
}

scenario::tests!(crate::through_http);

#[test]
fn every_file_is_listed() {
    let mut listed = LISTED.to_vec();
    listed.sort_unstable();
    assert_eq!(scenario::on_disk(), listed);
}
