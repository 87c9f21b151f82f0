//! Claims from one hot batch on Redis: a Lua script, and the disk confirms before the reply.
//!
//! All clients share one pipelined connection, which is how Redis gets many claims into one sync.
//! Only where `redis-server` is installed; otherwise the run says why it is absent.

use std::{path::Path, sync::Arc};

use anyhow::{Result, bail, ensure};

use super::{
    redis_server::{RedisServer, find_program},
    resp::{Connection, Reply},
};
use crate::closed_loop::{Answer, ClaimRun, Claimant, Plan, client_runtime, drive};

const STOCK: &str = "{batch}:stock";
const USERS: &str = "{batch}:users";
const PER_USER: &str = "1";

/// Stock, then the user's limit, then both counters; the whole script is one step to every other client.
const SCRIPT: &str = "
    if tonumber(redis.call('GET', KEYS[1]) or '0') < 1 then return -1 end
    local held = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
    if held >= tonumber(ARGV[2]) then return -2 end
    redis.call('HSET', KEYS[2], ARGV[1], held + 1)
    return redis.call('DECR', KEYS[1])";

/// Why there is no Redis figure, if there can be none.
pub fn absent_because() -> Option<&'static str> {
    find_program().is_none().then_some("redis-server is not installed")
}

/// Runs the plan against a Redis of its own with its files in `folder`; an error where none is installed.
pub fn run(folder: &Path, plan: Plan, stock: u64) -> Result<ClaimRun> {
    let Some(program) = find_program() else {
        bail!("redis-server is not installed");
    };
    let server = RedisServer::start(&program, folder)?;
    client_runtime()?.block_on(claim_all(&server, plan, stock))
}

async fn claim_all(server: &RedisServer, plan: Plan, stock: u64) -> Result<ClaimRun> {
    let connection = server.connect().await?;
    let amount = stock.to_string();
    connection.call(&["SET", STOCK, &amount]).await?;
    let Reply::Text(script) = connection.call(&["SCRIPT", "LOAD", SCRIPT]).await? else {
        bail!("Redis did not name the script");
    };
    let client = Client { connection: connection.clone(), script: script.into() };
    let run = drive(&client, plan).await?;
    let held = connection.integer(&["HLEN", USERS]).await?;
    let left = connection.integer(&["GET", STOCK]).await?;
    ensure!(
        u64::try_from(held)? == run.granted && u64::try_from(left)? == stock - run.granted,
        "granted {} of {stock}, but {held} users and {left} in stock are stored",
        run.granted
    );
    Ok(run)
}

#[derive(Clone)]
struct Client {
    connection: Connection,
    script: Arc<str>,
}

impl Claimant for Client {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let user = user.to_string();
        let words = ["EVALSHA", &self.script, "2", STOCK, USERS, &user, PER_USER];
        Ok(match self.connection.integer(&words).await? {
            -1 => Answer::SoldOut,
            -2 => Answer::AlreadyClaimed,
            _ => Answer::Granted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{closed_loop::Users, peers};

    #[test]
    fn exactly_the_stock_is_granted_where_redis_is_installed() -> Result<()> {
        if !peers::can_test(absent_because())? {
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        let plan = Plan {
            clients: 16,
            seconds: 60.0,
            attempts: 600,
            tries_per_user: 2,
            first_user: 1,
            users: Users::Scattered,
        };
        let run = run(folder.path(), plan, 200)?;
        assert_eq!(run.granted, 200);
        assert_eq!(run.granted + run.sold_out + run.already_claimed, 600);
        Ok(())
    }
}
