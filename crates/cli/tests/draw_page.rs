//! The page of a draw, which needs no key: what it shows, to whom, what it never lets through, and that its script makes
//! plays again in Node.

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use support::{Answer, Client, Request, Server, shop};

/// A name that would do harm where it is not escaped; it reads from right to left, too.
const HOSTILE: &str = "<script>y</script>\" on=\"y 🎁 قسيمة &amp;";
const ESCAPED: &str = "&lt;script&gt;y&lt;/script&gt;&quot; on=&quot;y 🎁 قسيمة &amp;amp;";

const START: i64 = shop::TEN;
const END: i64 = shop::TEN + 600;

fn post(rest: &str, body: &Value) -> Request {
    Request::post(shop::path(rest), body)
}

fn notice() -> Value {
    json!({ "organiser": "老街茶铺", "contact": "<b>400</b>-123-4567", "claim_days": 30, "claim_how": "券即时到账", "lapse": "视为放弃" })
}

/// By odds: a pot of 688 yuan that falls to nothing once it is gone.
fn by_odds() -> Value {
    json!({ "prizes": [
        { "prize_id": "pot", "name": HOSTILE, "kind": "goods", "sku": "POT", "value": 68_800, "stock": 3, "odds": 500_000, "fallback": "none" },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 500_000 },
    ], "notice": notice() })
}

/// From an urn of three tickets.
fn urn() -> Value {
    json!({ "prizes": [
        { "prize_id": "cup", "name": "茶杯", "kind": "goods", "sku": "CUP", "value": 3_900, "stock": 1 },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "stock": 2 },
    ], "notice": notice() })
}

fn campaign(id: &str, kind: &str, draw: &Value) -> Value {
    json!({
        "campaign_id": id, "kind": "post_payment", "name": format!("{id} {HOSTILE}"), "publish": true, "scope": { "mode": "all" },
        "starts_at": shop::at(START), "ends_at": shop::at(END),
        "terms": { "tiers": [{ "min_paid": 100, "action": { "kind": kind, "draw": draw } }] },
    })
}

fn pay(client: &mut Client, order: &str, customer: &str) {
    let mut paid = shop::paid(order, &format!("p-{order}"), None, START);
    paid["data"]["transaction_id"] = format!("42000{order}").into();
    shop::tell(client, &[shop::placed(order, customer, START), paid]);
}

/// The id of the reward that an order brought of a campaign.
fn reward(client: &mut Client, order: &str, campaign: &str) -> String {
    let rewards = client.get(shop::path(&format!("orders/{order}/rewards")));
    let mut rewards = rewards["data"].as_array().expect("rewards").iter();
    let found = rewards.find(|reward| reward["campaign_id"] == campaign).expect("a reward of it");
    found["reward_id"].as_str().expect("its id").to_owned()
}

fn play(client: &mut Client, reward: &str, customer: &str) -> Value {
    client.call(&post(&format!("rewards/{reward}/play"), &json!({ "customer_id": customer }))).expect(200)
}

/// A shop whose draws run; the client has the key.
fn with_draws(test: impl FnOnce(&Server, &mut Client)) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    client.call(&shop::clock(START - 120)).expect(200);
    client.call(&shop::shop(1_440)).expect(200);
    client.call(&post("beta/post_payment/apply", &Value::Null)).expect(200);
    client.call(&post("beta/post_payment/approve", &json!({}))).expect(200);
    client.call(&post("campaigns", &campaign("odds", "draw", &by_odds()))).expect(201);
    client.call(&post("campaigns", &campaign("urn", "scratch_card", &urn()))).expect(201);
    let mut hidden = urn();
    hidden["public"] = false.into();
    client.call(&post("campaigns", &campaign("hidden", "draw", &hidden))).expect(201);
    client.call(&shop::clock(START)).expect(200);
    test(&server, &mut client);
    let audited = support::run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

/// What somebody without a key is shown.
fn page(server: &Server, address: &str) -> Answer {
    let mut anyone = Client::new(&server.address, "");
    anyone.call(&Request::get(format!("/draws/{address}")))
}

/// The page in English, with white space as it is read.
#[track_caller]
fn text(server: &Server, address: &str) -> String {
    let join = if address.contains('?') { '&' } else { '?' };
    let answer = page(server, &format!("{address}{join}lang=en"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

/// A-S2-16, A-S2-17: notice, odds, stock left, chain head, commit, and winners above 500 yuan are shown without a key, as
/// the draw goes on.
#[test]
fn a_s2_17_the_page_shows_what_the_law_wants() {
    with_draws(|server, client| {
        let before = text(server, "s1/odds");
        for order in 1..=9 {
            pay(client, &format!("o{order}"), &format!("customer-{order}"));
            let id = reward(client, &format!("o{order}"), "odds");
            play(client, &id, &format!("customer-{order}"));
        }
        let view = client.get(shop::path("campaigns/odds/draw"));
        let shown = text(server, "s1/odds");
        for field in ["commit", "notice_hash", "chain_head"] {
            let value = view[field].as_str().expect("a hash");
            assert!(shown.contains(value), "{field} {value}");
        }
        assert!(!before.contains(view["chain_head"].as_str().expect("a head")));
        assert!(shown.contains("<dt>Plays</dt><dd>9</dd>"), "{shown}");
        assert!(shown.contains(">50.0000%</td>"), "{shown}");
        let pot = &view["prizes"][0];
        let row = format!("<td class=\"num\">3</td><td class=\"num\">{}</td>", pot["left"]);
        assert!(shown.contains(&row), "{row} {shown}");
        let winners = view["winners_over_500"].as_array().expect("winners");
        assert!(!winners.is_empty(), "half of nine chances win");
        for winner in winners {
            assert!(shown.contains(&format!(">play {}</span>", winner["n"])), "{winner} {shown}");
            assert_eq!((&winner["customer"], winner.get("reward_id")), (&json!("c***"), None));
        }
        assert!(shown.contains("<bdi>c***</bdi>"), "{shown}");
        for hidden in ["customer-", "cu***", "rw_"] {
            assert!(
                !shown.replace("rw_…", "").contains(hidden),
                "no customer and no reward is named: {hidden}"
            );
        }
        let seed = "Revealed after the end";
        assert!(shown.contains(seed) && view.get("revealed_seed").is_none());
        client.call(&shop::clock(END)).expect(200);
        let ended = text(server, "s1/odds");
        let revealed = client.get(shop::path("campaigns/odds/draw"))["revealed_seed"].clone();
        assert!(ended.contains(revealed.as_str().expect("it is revealed")) && !ended.contains(seed));
    });
}

/// A-S2-17: a draw that is not public is not there, as one that never was; nothing is a page of an error.
#[test]
fn a_s2_17_what_is_not_public_is_not_there() {
    with_draws(|server, client| {
        client.get(shop::path("campaigns/hidden/draw"));
        for address in ["s1/hidden", "s1/none", "none/odds", "s1/%ff", "s1/%3Cscript%3E", "%00/x"] {
            let answer = page(server, address);
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (404, Some("text/html; charset=utf-8")),
                "{address}"
            );
            assert!(
                answer.text().contains("没有这个抽奖活动") && !answer.text().contains("<script>"),
                "{address}"
            );
        }
        let mut anyone = Client::new(&server.address, "");
        let refused = anyone.call(&Request::get(shop::path("campaigns/hidden/draw")));
        assert_eq!((refused.status, refused.code().as_str()), (404, "not_found"));
        let campaign = json!({ "campaign_id": "plain", "kind": "price_floor", "name": "r", "publish": true,
            "starts_at": shop::at(START), "ends_at": shop::at(END),
            "terms": { "floors": [{ "sku": "A", "floor": 1 }] } });
        client.call(&post("campaigns", &campaign)).expect(201);
        assert_eq!(page(server, "s1/plain").status, 404);
    });
}

/// Whatever a merchant calls things, it is text; and the browser is told to run nothing but the page's own script.
#[test]
fn every_text_is_escaped() {
    with_draws(|server, client| {
        let answer = page(server, "s1/odds?reward=%22%3E%3Cimg+src%3Dx+onerror%3Dy%3E");
        let shown = answer.text();
        assert!(shown.contains(ESCAPED), "{shown}");
        for harm in ["<script>", "<img", "<b>400", "on=\"y"] {
            assert!(!shown.contains(harm), "{harm}: {shown}");
        }
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        for asset in ["style.css", "check.js", "recompute.js"] {
            let answer = page(server, asset);
            assert_eq!(
                (answer.status, answer.header("x-content-type-options")),
                (200, Some("nosniff")),
                "{asset}"
            );
            assert!(!answer.text().contains("//cdn") && !answer.text().contains("https://"), "{asset}");
        }
        assert_eq!(shown.matches("<script").count(), 1, "{shown}");
        assert!(shown.contains("<script type=\"module\" src=\"../check.js\"></script>"), "{shown}");
        client.get(shop::path("campaigns/odds/draw"));
    });
}

/// Who has the page is not sent it again until something happens; languages go by the browser and by the address.
#[test]
fn a_page_is_asked_after() {
    with_draws(|server, client| {
        let mut anyone = Client::new(&server.address, "");
        let get = |headers: &[(&'static str, &str)]| {
            let request = Request::get("/draws/s1/odds");
            headers.iter().fold(request, |request, (name, value)| request.header(name, *value))
        };
        let first = anyone.call(&get(&[]));
        assert!(first.text().contains("lang=\"zh-CN\"") && first.text().contains("奖品与剩余"));
        let tag = first.header("etag").expect("a tag").to_owned();
        let again = anyone.call(&get(&[("if-none-match", &tag)]));
        assert_eq!((again.status, again.body.len()), (304, 0));
        let english = anyone.call(&get(&[("if-none-match", &tag), ("accept-language", "en-GB, zh;q=0.5")]));
        assert_eq!(english.status, 200);
        assert!(english.text().contains("Prizes, and what is left"));
        pay(client, "o1", "customer-1");
        let id = reward(client, "o1", "odds");
        play(client, &id, "customer-1");
        assert_eq!(anyone.call(&get(&[("if-none-match", &tag)])).status, 200);
        let draw = Request::get(shop::path("campaigns/odds/draw"));
        let first = anyone.call(&draw);
        let again = anyone.call(&draw.clone().header("if-none-match", first.header("etag").expect("a tag")));
        assert_eq!((first.status, again.status), (200, 304));
    });
}

/// A-S2-15, A-S2-16: a number is told for what it is, and an urn's ticket only once it was played.
#[test]
fn a_s2_16_a_reward_is_checked() {
    with_draws(|server, client| {
        pay(client, "o1", "customer-1");
        let (odds, urn) = (reward(client, "o1", "odds"), reward(client, "o1", "urn"));
        let of = |campaign: &str, id: &str| text(server, &format!("s1/{campaign}?reward={id}"));
        for foreign in [&urn, "rw_none", "%3Cb%3E", "a%0Ab"] {
            assert!(of("odds", foreign).contains("Not of this draw"), "{foreign}");
        }
        for (campaign, id) in [("odds", &odds), ("urn", &urn)] {
            let shown = of(campaign, id);
            assert!(shown.contains("Not played yet") && !shown.contains("42000o1"), "{shown}");
        }
        let proof = play(client, &urn, "customer-1")["proof"].clone();
        let shown = of("urn", &urn);
        for field in ["chance", "entropy", "prize_id", "head"] {
            let value = proof[field].as_str().expect("text");
            assert!(shown.contains(&format!("<code class=\"hx\">{value}</code>")), "{field} {shown}");
        }
        assert!(
            shown.contains(&format!("r = {}<", proof["r"])) && shown.contains("Play 1 of this draw"),
            "{shown}"
        );
        assert!(!shown.contains("customer-1") && !shown.contains("data-asked"), "{shown}");
        // Its money goes back before the other chance is played.
        let refund = json!({ "refund_id": "r1", "amount": shop::PAYABLE, "fault": "merchant" });
        client.call(&post("orders/o1/refunds", &refund));
        assert!(of("odds", &odds).contains("became void before it was played"));
        assert!(of("urn", &urn).contains("the play stays in the chain"));
        pay(client, "o2", "customer-2");
        let (odds, urn) = (reward(client, "o2", "odds"), reward(client, "o2", "urn"));
        client.call(&shop::clock(END)).expect(200);
        assert!(of("odds", &odds).contains("was not played in time"));
        assert!(of("urn", &urn).contains("Not played yet"), "its ticket can be claimed for some days more");
    });
}

/// What the page hands to its script.
fn asked(page: &str) -> Value {
    let (_, rest) = page.split_once("data-asked=\"").expect("it asks");
    let (asked, _) = rest.split_once('"').expect("it ends");
    let text = asked.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What the page's own scripts say of plays, in Node.
fn checked(server: &Server, folder: &Path, asked: &[Value]) -> Value {
    for name in ["check.js", "recompute.js"] {
        std::fs::write(folder.join(name), page(server, name).body).expect("it is written");
    }
    std::fs::write(folder.join("package.json"), r#"{"type":"module"}"#).expect("it is written");
    let asked = Value::from(asked.to_vec());
    let ask = format!(
        "import {{ check }} from './check.js';\nconst said = [];\nfor (const asked of {asked}) said.push(await check(asked));\n\
         console.log(JSON.stringify(said));"
    );
    std::fs::write(folder.join("ask.js"), ask).expect("it is written");
    let said = Command::new("node").arg("ask.js").current_dir(folder).output().expect("node is needed");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("it says JSON")
}

/// A-S2-16: the script that the page serves makes every play again from what the page serves, over notices that change
/// and beyond what one read takes in; a play that was changed it does not pass.
#[test]
fn a_s2_16_plays_are_made_again_by_the_pages_script() {
    with_draws(|server, client| {
        let (mut odds, mut urn) = (Vec::new(), Vec::new());
        for number in 1..=70 {
            let (order, customer) = (format!("o{number:02}"), format!("customer-{number}"));
            pay(client, &order, &customer);
            let id = reward(client, &order, "odds");
            play(client, &id, &customer);
            odds.push(id);
            if number <= 3 {
                let id = reward(client, &order, "urn");
                play(client, &id, &customer);
                urn.push(id);
            }
            if number == 20 || number == 64 {
                let mut more = by_odds();
                more["prizes"][0]["stock"] = number.into();
                let change = json!({ "terms": { "tiers": [{ "min_paid": 100, "action": { "kind": "draw", "draw": more } }] } });
                client.call(&Request::new("PATCH", shop::path("campaigns/odds")).json(&change)).expect(200);
            }
        }
        client.call(&shop::clock(END)).expect(200);
        let read = |campaign: &str, id: &String| asked(&text(server, &format!("s1/{campaign}?reward={id}")));
        let plays: Vec<Value> =
            odds.iter().map(|id| read("odds", id)).chain(urn.iter().map(|id| read("urn", id))).collect();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let holds = json!({ "seed": true, "number": true, "prize": true, "chain": true });
        assert_eq!(checked(server, folder.path(), &plays), Value::from(vec![holds; plays.len()]));
        let mut changed = plays[68].clone();
        let other = if changed["play"]["prize_id"] == "pot" { "none" } else { "pot" };
        changed["play"]["prize_id"] = other.into();
        let mut seed = plays[0].clone();
        seed["seed"] = "00".repeat(32).into();
        let said = checked(server, folder.path(), &[changed, seed]);
        assert_eq!(said[0], json!({ "seed": true, "number": true, "prize": false, "chain": false }));
        assert_eq!(said[1]["seed"], false);
    });
}
