//! `promenade keys`: make, list and withdraw.

use crate::args::{KeysAction, KeysArgs};
use crate::{chance, key_file, say};
use anyhow::Context;
use domain::{Instant, ShopId, time::Zone};
use engine::clock::{Clock, SystemClock};
use http_api::{ApiKey, Scope};

/// Days that a key may be good for: a hundred years.
const DAYS: i64 = 36_500;

/// Does what the command line says.
pub fn run(args: KeysArgs) -> anyhow::Result<()> {
    match args.action {
        KeysAction::Create { name, shop, scopes, days } => {
            check_name(&name)?;
            let good = days.is_none_or(|days| (1..=DAYS).contains(&days));
            anyhow::ensure!(good, "--days is 1 to {DAYS}; leave it out for a key without an end");
            let lock = key_file::lock(&args.keys)?;
            let mut keys = key_file::read(&args.keys)?;
            anyhow::ensure!(
                keys.iter().all(|key| key.name != name || key.is_revoked()),
                "there is a key named {name}; revoke it first"
            );
            let shop = shop
                .map(|shop| ShopId::try_new(&shop).with_context(|| format!("--shop {shop}")))
                .transpose()?;
            let now = SystemClock::default().now();
            let (text, mut key) = ApiKey::make(&chance::random(), &name, shop, read_scopes(&scopes)?, now);
            key.expires_at = days.map(|days| now.plus_hours(24 * days));
            keys.push(key);
            key_file::write(&args.keys, &keys, &lock)?;
            say(&format!("{text}\n"))?;
            say::complain(&format!("Keep it: only its hash is stored in {}.", args.keys.display()));
        }
        KeysAction::List => {
            let mut list = Vec::new();
            let keys = key_file::read(&args.keys)?;
            for key in keys.iter().filter(|key| !key.is_revoked()) {
                let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
                let shop = key.shop.as_ref().map_or("platform", ShopId::as_str);
                let end = key.expires_at.map_or("for ever".to_owned(), show);
                let (name, scopes, made) = (&key.name, scopes.join(","), show(key.created_at));
                list.push(format!("{name}\t{shop}\t{scopes}\tmade {made}\tgood {end}\n"));
            }
            say(&list.concat())?;
        }
        KeysAction::Revoke { name } => {
            let lock = key_file::lock(&args.keys)?;
            let mut keys = key_file::read(&args.keys)?;
            let now = SystemClock::default().now();
            let found = keys.iter_mut().find(|key| key.name == name && !key.is_revoked());
            found.with_context(|| format!("there is no key named {name}"))?.revoke(now);
            key_file::write(&args.keys, &keys, &lock)?;
            say(&format!("withdrew {name}\n"))?;
        }
    }
    Ok(())
}

/// A name is what people and logs know the key by.
fn check_name(name: &str) -> anyhow::Result<()> {
    let most = domain::limits::NAME_CHARS;
    anyhow::ensure!(!name.trim().is_empty(), "--name is what the key is known by; it cannot be empty");
    anyhow::ensure!(name.chars().count() <= most, "--name has at most {most} characters");
    anyhow::ensure!(!name.chars().any(char::is_control), "--name has no control characters");
    Ok(())
}

fn show(at: Instant) -> String {
    Zone::shanghai().format(at)
}

fn read_scopes(names: &[String]) -> anyhow::Result<Vec<Scope>> {
    if names.is_empty() {
        return Ok(Scope::ALL.to_vec());
    }
    let known = Scope::ALL.map(Scope::as_str).join(", ");
    let read = |name: &String| {
        let found = Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
        found.with_context(|| format!("{name} is not one of {known}"))
    };
    names.iter().map(read).collect()
}
