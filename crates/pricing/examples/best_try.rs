#[path = "../../bench/src/best_carts.rs"]
mod best_carts;
use best_carts::*;
use std::time::Instant;
fn main() {
    let n: u64 = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(2000);
    for (c, l) in [(10, 10), (30, 20), (50, 100)] {
        let mut us = vec![];
        let mut nodes = vec![];
        let mut worst = (0, 0);
        let mut unproven = 0;
        let mut taken = 0;
        for seed in 0..n {
            let cart = usual(seed, l, c);
            let t = Instant::now();
            let r = cart.choose();
            let e = t.elapsed().as_nanos() as u64;
            us.push(e);
            nodes.push(r.nodes);
            worst = worst.max((r.nodes, seed));
            unproven += u32::from(!r.proven);
            taken += r.taken.len();
        }
        us.sort();
        nodes.sort();
        let q = |v: &Vec<u64>, p: usize| v[(v.len() * p / 1000).min(v.len() - 1)];
        println!("{c} on {l}: p50 {:.1} p99 {:.1} p99.9 {:.1} max {:.1} us; nodes p50 {} p99 {} max {:?}; unproven {unproven}; taken {:.1}",
            q(&us,500) as f64/1e3, q(&us,990) as f64/1e3, q(&us,999) as f64/1e3, *us.last().unwrap() as f64/1e3, q(&nodes,500), q(&nodes,990), worst, taken as f64/n as f64);
    }
    for hard in Hard::ALL {
        for c in [20, 30, 50] {
            let mut us = vec![]; let mut nodes = vec![]; let mut unproven = 0; let mut gap = 0i64;
            for seed in 0..20 {
                let cart = hard.cart(seed, c);
                let t = Instant::now();
                let r = cart.choose();
                us.push(t.elapsed().as_micros() as u64); nodes.push(r.nodes); unproven += u32::from(!r.proven); gap = gap.max(r.payable - r.at_least);
            }
            us.sort(); nodes.sort();
            println!("{hard:?} {c}: p50 {} max {} us, nodes p50 {} max {}, unproven {unproven}/20, gap {gap}", us[10], us[19], nodes[10], nodes[19]);
        }
    }
}
