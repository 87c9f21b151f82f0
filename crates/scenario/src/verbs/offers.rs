//! The coupon on an order: shown, withheld, claimed, in the customer's hands.

use super::answer::{is_refused, many, one};
use crate::args::Args;
use crate::outcome::{Item, Outcome};
use crate::value::yuan;
use crate::world::World;
use serde_json::{Value, json};

/// `100.00-5.00`
fn terms(of: &Value) -> String {
    let amount = |name: &str| yuan(of[name].as_i64().unwrap_or_default());
    format!("{}-{}", amount("spend"), amount("save"))
}

/// `offers o1`: the coupons shown on it, those withdrawn too.
pub fn offers(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/offers", args.next("the order")?);
    Ok(many(world.read(&path), "offers", |offer| {
        Item::default()
            .word(&offer["status"])
            .word(&offer["campaign_id"])
            .says(terms(offer))
            .time("at", &offer["shown_at"])
            .time("until", &offer["usable_until"])
            .text("version", &offer["version"])
    }))
}

/// `withheld o1`: the campaigns that show nothing on it, each with its reason.
pub fn withheld(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let path = format!("/orders/{}/offers", args.next("the order")?);
    Ok(many(world.read(&path), "withheld", |left| {
        Item::default().word(&left["campaign_id"]).word(&left["code"]).fen("shortfall", &left["shortfall"])
    }))
}

/// `claim o1 [by u1]`: claims what is shown on the order. The coupon is called by the order's name.
pub fn claim(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let order = args.next("the order")?;
    let customer = match args.find("by") {
        Some(customer) => customer,
        None => world.customer(&order)?,
    };
    let shown = world.read(&format!("/orders/{order}/offers")).1;
    let offer = shown["offers"][0]["offer_id"].as_str().unwrap_or("nothing-shown");
    let path = format!("/orders/{order}/offers/{offer}/claim");
    let answer = world.ask("POST", &path, &json!({ "customer_id": customer }));
    if let Some(id) = answer.1["coupon_id"].as_str().filter(|_| !is_refused(&answer)) {
        world.keep_coupon(&order, id);
    }
    Ok(one(answer, held))
}

/// `coupon o1`: the coupon that was claimed on that order.
pub fn coupon(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let id = world.coupon(&args.next("the order it was claimed on")?);
    Ok(one(world.read(&format!("/coupons/{id}")), held))
}

/// `coupons u1 [status=available]`: all coupons of a customer.
pub fn coupons(world: &mut World<'_>, args: &mut Args) -> Result<Outcome, String> {
    let mut path = format!("/customers/{}/coupons", args.next("the customer")?);
    if let Some(status) = args.find("status") {
        path.push_str("?status=");
        path.push_str(&status);
    }
    Ok(many(world.read(&path), "data", held))
}

/// `conflicts`: what cannot be as the platform says of orders' coupons and assets, as things stand.
#[allow(clippy::unnecessary_wraps, reason = "every verb has this shape")]
pub fn conflicts(world: &mut World<'_>, _: &mut Args) -> Result<Outcome, String> {
    Ok(many(world.read("/coupon-conflicts"), "data", |conflict| {
        Item::default()
            .word(&conflict["order_id"])
            .word(&conflict["code"])
            .word(&conflict["kind"])
            .time("at", &conflict["at"])
    }))
}

fn held(coupon: &Value) -> Item {
    Item::default()
        .word(&coupon["status"])
        .word(&coupon["campaign_id"])
        .word(&coupon["kind"])
        .word(&coupon["bind"])
        .says(terms(coupon))
        .text("methods", &coupon["methods"])
        .time("from", &coupon["usable_from"])
        .time("until", &coupon["usable_until"])
        .text("order", &coupon["order_id"])
        .text("used_on", &coupon["used_on"])
        .text("also_on", &coupon["also_on"])
}
