//! A prize draw that anybody can check, and the program that checks it.
//!
//! What always holds: a draw is a function of a seed whose hash was published before the start, of the campaign, of the
//! chance, and of a payment's transaction id that neither side chooses (A-S2-16); it is made on a prize table that the
//! notice told (A-S2-15, A-S2-17), and every play stands in a chain of hashes.
//!
//! What it never does: ask for time, for chance or for a file. Seeds and moments are handed in.
//!
//! ```
//! use draw::{Entropy, Given, Kind, Mode, Prize, Seed, Table, words};
//!
//! let ticket = |prize_id: &str, kind, stock| Prize {
//!     prize_id: prize_id.into(), name: prize_id.into(), kind, value: money::Money::ZERO,
//!     stock: Some(stock), odds: None, fallback: None, release: None,
//! };
//! let urn = Table {
//!     mode: Mode::Urn,
//!     prizes: vec![ticket("A", Kind::Goods, 1), ticket("B", Kind::Coupon, 3), ticket("none", Kind::Nothing, 6)],
//! };
//! let seed = Seed::from_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()));
//! let mut chance = words(&seed, "c-1", "o-1", &Entropy::of_transaction("t-1")?);
//! let (r, award) = urn.draw(&mut chance, &Given::default(), 0).expect("tickets are left");
//! assert_eq!((r, award.prize.prize_id.as_str()), (0, "A"));
//! # Ok::<(), draw::NotALine>(())
//! ```

pub mod archive;
pub mod beacon;
pub mod chain;
pub mod chance;
pub mod check;
mod entropy;
mod hash;
pub mod law;
mod moment;
mod notice;
mod prize;
mod problem;
mod seed;
mod standing;
mod table;
mod text;
pub mod verify;
mod walk;
mod word;

/// The script of a draw's page: it makes one play again in the reader's browser, by Web Crypto.
pub const RECOMPUTE_JS: &str = include_str!("../assets/recompute.js");

pub use entropy::Entropy;
pub use hash::{Hash, NotHex};
pub use moment::{Moment, NotAMoment};
pub use notice::{EntropyPolicy, Notice, Wording};
pub use prize::{Kind, Prize, Release};
pub use problem::{Code, Problem};
pub use seed::Seed;
pub use standing::{NotDrawn, Standing};
pub use table::{Award, Given, Mode, ODDS_TOTAL, Table};
pub use text::NotALine;
pub use walk::walk;
pub use word::{Words, words};
