//! What downloads could not say (A-S4-25).

use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::world::World;
use serde_json::{Map, Value, json};

use super::answer::{list, many, one};

/// `gap june.csv row=3 code=not_an_amount [order=O2] [since=TIME] [as_of=TIME]`: a row that could not be read; without
/// `row` the file is whole.
pub fn gap(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut body = Map::new();
    body.insert("source".into(), args.next("the file")?.into());
    if let Some(at) = args.find("as_of") {
        body.insert("as_of".into(), world.day().time(&at)?.into());
    }
    if let Some(number) = args.find("row") {
        let number: u64 = number.parse().map_err(|_| format!("`row={number}` is no number"))?;
        let code = args.find("code").unwrap_or_else(|| "field_count".into());
        let mut row = json!({ "row": number, "code": code });
        if let Some(order) = args.find("order") {
            row["order_id"] = order.into();
        }
        if let Some(since) = args.find("since") {
            row["since"] = world.day().time(&since)?.into();
        }
        body.insert("rows".into(), json!([row]));
    }
    Ok(one(world.ask("POST", "/download-gaps", &body.into()), shown))
}

/// `gaps`: what is missing of each file.
#[allow(clippy::unnecessary_wraps, reason = "the shape of a verb")]
pub fn gaps(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    Ok(many(world.read("/download-watermark"), "gaps", shown))
}

/// `accept TIME because="..."`: an operator answers for what is missing up to then.
pub fn accept(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let through = world.day().time(&args.next("the time")?)?;
    let mut body = json!({ "through": through, "accept_gaps": true });
    if let Some(reason) = args.find("because") {
        body["reason"] = reason.into();
    }
    let answer = world.ask("PUT", "/download-watermark", &body);
    Ok(one(answer, |mark| Item::default().time("through", &mark["through"])))
}

fn shown(gap: &Value) -> Item {
    let item = Item::default().word(&gap["source"]).time("since", &gap["since"]);
    let item = list(&gap["order_ids"]).iter().fold(item, Item::word);
    item.text("rows", &gap["rows_in_all"]).text("accepted", &gap["accepted_because"])
}
