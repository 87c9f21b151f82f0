//! temp
mod support;
use support::*;
#[test]
fn t() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::sandbox(folder.path());
    let mut c = server.client();
    shop::open(&mut c, 1440, 100);
    println!("{:?}", shop::tell(&mut c, &[shop::placed("o1", "u1", 600)]));
    c.call(&shop::clock(620)).expect(200);
    println!("{}", shop::take(&mut c, "o1", "u1"));
}
