//! Many connections: caps, whose place is given away, and a process that may open no more files.

use crate::peer::Peer;
use crate::{folder, serve};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

#[test]
fn a_peer_at_its_cap_loses_its_own_silent_one_and_nobody_else_does() {
    let folder = folder();
    let server = serve(folder.path(), &["--connections-a-peer", "3"]);
    let mut other = Peer::from("127.0.0.9", &server.address);
    assert!(other.is_served());
    let mut own: Vec<Peer> = (0..3).map(|_| Peer::from("127.0.0.2", &server.address)).collect();
    assert!(own[1..].iter_mut().all(Peer::is_served));
    let mut late = Peer::from("127.0.0.2", &server.address);
    assert!(late.is_served());
    assert_eq!(own.remove(0).rest(), "", "it had asked nothing");
    assert!(own.iter_mut().all(Peer::is_served), "those that work stay");
    assert!(other.is_served());
}

/// However many are silent, from however many addresses: who works goes on working, and who comes is served.
#[test]
fn at_the_cap_of_all_who_has_many_makes_room() {
    let folder = folder();
    let server = serve(folder.path(), &["--connections", "12", "--connections-a-peer", "5"]);
    let mut working = Peer::from("127.0.0.9", &server.address);
    let mut silent = Vec::new();
    for round in 0..10 {
        for address in 2..8 {
            silent.push(Peer::from(&format!("127.0.0.{address}"), &server.address));
        }
        assert!(working.is_served(), "in round {round}");
        assert!(Peer::from("127.0.0.10", &server.address).is_served(), "in round {round}");
    }
}

#[test]
fn proxies_that_are_trusted_have_no_cap() {
    let folder = folder();
    let proxies = ["--connections-a-peer", "1", "--trusted-proxies", "127.0.0.2/31"];
    let server = serve(folder.path(), &proxies);
    let mut trusted: Vec<Peer> = (0..4).map(|_| Peer::from("127.0.0.3", &server.address)).collect();
    assert!(trusted.iter_mut().all(Peer::is_served));
    let mut others: Vec<Peer> = (0..2).map(|_| Peer::from("127.0.0.4", &server.address)).collect();
    assert_eq!(others.remove(0).rest(), "");
    assert!(others.remove(0).is_served());
}

/// The soft limit is raised as far as it goes, and the log says what it is.
#[test]
fn the_limit_of_open_files_is_raised_and_told() {
    let folder = folder();
    let mut command = crate::support::program(folder.path(), &[]);
    let program = command.get_program().to_owned();
    command = std::process::Command::new("sh");
    command.current_dir(folder.path()).env("RUST_LOG", "info");
    let line = "ulimit -Sn 300; ulimit -Hn 900; exec \"$0\" serve --sandbox --listen 127.0.0.1:0";
    command.arg("-c").arg(line).arg(program);
    let server = crate::support::Server::of(command, folder.path());
    server.logs(&["\"files\":900", "\"connections\":644"]);
}

/// What cannot be taken is logged; once files are to be had again, so are connections.
#[test]
fn a_process_that_may_open_no_more_files_goes_on() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut before = Peer::new(&server.address);
    assert!(before.is_served());
    let pid = Pid::from_raw(server.number().try_into().expect("a number of a process"));
    let none = Rlimit { current: Some(1), ..getrlimit(Resource::Nofile) };
    let usual = prlimit(pid, Resource::Nofile, none).expect("its limit can be set");
    let mut waiting = Peer::new(&server.address);
    while !server.log().contains("a connection cannot be taken") {
        assert!(before.is_served(), "who is connected is served");
    }
    prlimit(pid, Resource::Nofile, usual).expect("its limit can be set");
    assert!(waiting.is_served());
}
