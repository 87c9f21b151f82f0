//! The mappings that come with the program, each run over its sample export (`examples/exports/`).

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::{
    Mapping,
    guess::{Kind, draft, look},
    pool::{FileOrder, PoolInputs, PoolMapping, PoolReport, Ranks, read_orders, run_pool, write_pool},
    shipped,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a sample comes to.
struct Sample {
    name: &'static str,
    orders: u64,
    units: u64,
    /// What was paid for goods, less what the export says went back of it, in minor units.
    paid: i64,
    unpaid: usize,
    closed: usize,
    /// The gifts of the example: order, gift.
    ranks: &'static [(&'static str, &'static str)],
    /// Unpaid orders, closed or not, that a replay finds.
    replayed: Option<(u64, u64)>,
}

const SAMPLES: &[Sample] = &[
    Sample {
        name: "taobao",
        orders: 8,
        units: 15,
        paid: 152_300,
        unpaid: 1,
        closed: 2,
        ranks: &[
            ("4100000000000100002", "GIFT-MUG"),
            ("4100000000000100001", "GIFT-MUG"),
            ("4100000000000100007", "GIFT-MUG"),
        ],
        replayed: Some((8, 2)),
    },
    Sample {
        name: "taobao-items",
        orders: 9,
        units: 16,
        paid: 166_200,
        unpaid: 1,
        closed: 2,
        ranks: &[
            ("4100000000000100002", "GIFT-MUG"),
            ("4100000000000100001", "GIFT-MUG"),
            ("4100000000000100006", "GIFT-CARD"),
        ],
        replayed: Some((9, 2)),
    },
    Sample {
        name: "jd",
        orders: 8,
        units: 15,
        paid: 160_300,
        unpaid: 1,
        closed: 2,
        ranks: &[("310000100002", "GIFT-MUG"), ("310000100001", "GIFT-MUG"), ("310000100007", "GIFT-MUG")],
        replayed: Some((8, 2)),
    },
    Sample {
        name: "jd-presale",
        orders: 5,
        units: 7,
        paid: 147_600,
        unpaid: 0,
        closed: 1,
        ranks: &[("310000200012", "GIFT-MUG"), ("310000200011", "GIFT-CARD")],
        replayed: None,
    },
    Sample {
        name: "douyin",
        orders: 9,
        units: 16,
        paid: 166_200,
        unpaid: 1,
        closed: 2,
        ranks: &[
            ("6920000000000100002", "GIFT-MUG"),
            ("6920000000000100001", "GIFT-MUG"),
            ("6920000000000100006", "GIFT-CARD"),
        ],
        replayed: Some((9, 2)),
    },
    Sample {
        name: "pinduoduo",
        orders: 9,
        units: 12,
        paid: 160_300,
        unpaid: 0,
        closed: 1,
        ranks: &[
            ("251101-100000000000020", "GIFT-MUG"),
            ("251101-100000000000021", "GIFT-MUG"),
            ("251101-100000000000010", "GIFT-CARD"),
        ],
        replayed: None,
    },
    Sample {
        name: "youzan",
        orders: 8,
        units: 15,
        paid: 160_300,
        unpaid: 1,
        closed: 2,
        ranks: &[
            ("E20251101200000020000400002", "GIFT-MUG"),
            ("E20251101200000010000400001", "GIFT-MUG"),
            ("E20251101200000070000400007", "GIFT-MUG"),
        ],
        replayed: Some((8, 2)),
    },
    Sample {
        name: "shopify",
        orders: 7,
        units: 13,
        paid: 28_000,
        unpaid: 1,
        closed: 2,
        ranks: &[("#1002", "GIFT-MUG"), ("#1001", "GIFT-MUG"), ("#1007", "GIFT-CARD")],
        replayed: Some((7, 2)),
    },
    Sample {
        name: "woocommerce",
        orders: 7,
        units: 13,
        paid: 28_000,
        unpaid: 1,
        closed: 2,
        ranks: &[("7002", "GIFT-MUG"), ("7001", "GIFT-MUG"), ("7007", "GIFT-CARD")],
        replayed: Some((7, 2)),
    },
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/exports").join(name)
}

/// The sample's files, without the mappings that lie beside them.
fn files(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_none_or(|ext| ext != "toml")).collect();
    files.sort();
    assert!(!files.is_empty(), "{name}");
    files
}

fn pool(name: &str) -> PoolMapping {
    PoolMapping::open(Path::new(name), None).unwrap()
}

fn orders(name: &str) -> (Vec<FileOrder>, PoolInputs) {
    let mut orders = Vec::new();
    let read = read_orders(&pool(name), &files(name), &mut |_, _| {}, &mut |_, order| {
        orders.push(order);
        Ok(())
    });
    (orders, read.unwrap())
}

#[test]
fn every_shipped_mapping_has_a_sample_and_is_the_file_of_the_repository() {
    let mut names: Vec<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
    // Olist's data are not part of the repository.
    let of_platform = || shipped::ALL.iter().filter(|known| known.name != "olist");
    let mut shipped: Vec<&str> = of_platform().map(|known| known.name).collect();
    names.sort_unstable();
    shipped.sort_unstable();
    assert_eq!(names, shipped);
    let mut folders: Vec<String> =
        fs::read_dir(folder("")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort_unstable();
    assert_eq!(folders, shipped, "a folder for each");
    for known in of_platform() {
        assert_eq!(fs::read_to_string(folder(known.name).join("pool.toml")).unwrap(), known.pool);
        let replay = folder(known.name).join("replay.toml");
        assert_eq!(fs::read_to_string(replay).ok().as_deref(), known.replay, "{}", known.name);
    }
}

/// S4-R26: every row of a sample is used, to the unit and the fen.
#[test]
fn s4_r26_each_sample_is_read_whole() {
    for sample in SAMPLES {
        let name = sample.name;
        let (orders, read) = orders(name);
        assert_eq!((read.bad_rows, read.orders_left_out), (0, 0), "{name}: {:?}", read.details);
        assert_eq!(read.orders, sample.orders, "{name}");
        let units: u64 = orders.iter().flat_map(|order| &order.order.lines).map(|line| line.quantity).sum();
        assert_eq!(units, sample.units, "{name}");
        let is_paid = |order: &&FileOrder| order.order.times.first_paid_at.is_some();
        let paid: i64 = orders.iter().filter(is_paid).map(|order| order.order.goods_paid.minor()).sum();
        assert_eq!(paid, sample.paid, "{name}");
        let closed = orders.iter().filter(|order| order.order.times.closed_at.is_some()).count();
        assert_eq!(closed, sample.closed, "{name}");
        let open = |order: &&FileOrder| order.order.times.closed_at.is_none() && !is_paid(order);
        assert_eq!(orders.iter().filter(open).count(), sample.unpaid, "{name}");
    }
}

/// S4-R20: the example of each mapping ranks by the customers' own times.
#[test]
fn s4_r20_each_example_gives_its_gifts_to_the_first() {
    for sample in SAMPLES {
        let mapping = pool(sample.name);
        let strategies = mapping.strategies.clone().unwrap();
        let store = Box::new(store_memory::MemoryStore::new());
        let run = run_pool(
            &mapping,
            &strategies,
            &files(sample.name),
            store,
            Ranks::WhenCertain,
            &mut |_, _, _| {},
        )
        .unwrap();
        let report = PoolReport::build(&mapping, &run, strategies.activation_at()).unwrap();
        let out = tempfile::tempdir().unwrap();
        write_pool(&mapping, &run, &report, out.path()).unwrap();
        run.engine.stop();
        assert_eq!(report.orders.rejected, 0, "{}: {}", sample.name, report.summary());
        assert!(!report.is_incomplete(), "{}: {}", sample.name, report.summary());
        let list = fs::read_to_string(out.path().join("gift-list.csv")).unwrap();
        let rows = list.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        let rows: Vec<(&str, &str)> = rows.map(|cells| (cells[0], cells[3])).collect();
        assert_eq!(rows, sample.ranks, "{}: {list}", sample.name);
    }
}

#[test]
fn each_sample_can_be_replayed_where_there_is_a_mapping_for_it() {
    for sample in SAMPLES {
        let Some((orders, unpaid)) = sample.replayed else {
            let said = Mapping::open(Path::new(sample.name)).unwrap_err().to_string();
            assert!(said.contains("without a mapping for a replay"), "{said}");
            continue;
        };
        let mapping = Mapping::open(Path::new(sample.name)).unwrap();
        let reading = replay::read(&mapping, &files(sample.name), &mut |_, _| {}).unwrap();
        let inputs = &reading.inputs;
        assert_eq!(
            (inputs.bad_rows, inputs.orders),
            (0, orders),
            "{}: {:?}",
            sample.name,
            inputs.bad_row_details
        );
        assert_eq!(orders - inputs.paid_orders, unpaid, "{}", sample.name);
        replay::run(&reading.orders, &mapping.settings, &mut |_, _| {}).unwrap();
    }
}

/// The samples are bytes as the platforms write them, not what an editor made of them.
#[test]
fn the_samples_are_encoded_as_the_platforms_do() {
    let bom = b"\xef\xbb\xbf";
    for (file, is_utf8, has_bom, holds) in [
        ("taobao/ExportOrderList20251104.csv", false, false, &b"\"=\"\"4100000000000100001\"\"\""[..]),
        ("taobao/ExportItemList20251104.csv", false, false, b"\"=\"\"4100000000000100001\"\"\""),
        ("jd/orders.csv", false, false, b"0001-01-01 00:00:00"),
        ("jd-presale/orders.csv", false, false, b"0001-01-01 00:00:00"),
        ("douyin/orders.csv", true, true, b"6920000000000100001\t"),
        ("pinduoduo/orders.csv", true, true, b"251101-100000000000010\t"),
        ("youzan/orders.csv", true, true, b"E2025110120000"),
        ("youzan/items.csv", true, true, b"E2025110120000"),
        ("shopify/orders_export_1.csv", true, false, b"2025-11-28 20:00:41 +0800"),
        ("woocommerce/orders.csv", true, true, b"Order Number"),
        ("taobao-items/ExportOrderItems20251104.xlsx", false, false, b"PK\x03\x04"),
    ] {
        let bytes = fs::read(folder(file)).unwrap();
        assert_eq!(std::str::from_utf8(&bytes).is_ok(), is_utf8, "{file}");
        assert_eq!(bytes.starts_with(bom), has_bom, "{file}");
        assert!(bytes.windows(holds.len()).any(|part| part == holds), "{file}");
    }
}

/// A file that a shipped mapping reads is told so, and of a file alone a draft says what it lacks.
#[test]
fn a_look_names_the_shipped_mapping_that_fits() {
    for sample in SAMPLES {
        for file in files(sample.name) {
            let seen = look(&file).unwrap();
            let names: Vec<&str> = seen.fits.iter().map(|(name, _)| *name).collect();
            assert_eq!(names.first(), Some(&sample.name), "{}: {names:?}", file.display());
            let drafted = draft(&seen, Kind::Pool);
            if drafted.missing.is_empty() {
                PoolMapping::parse(&drafted.text, "draft.toml", None)
                    .unwrap_or_else(|error| panic!("{}: {error}\n{}", file.display(), drafted.text));
            }
        }
    }
}

#[test]
fn a_name_that_is_neither_file_nor_shipped_is_refused_with_the_names() {
    let said = PoolMapping::open(Path::new("tabao"), None).unwrap_err().to_string();
    assert!(said.starts_with("tabao: no such file") && said.contains("taobao, taobao-items, jd,"), "{said}");
    let said = PoolMapping::open(Path::new("no/such.toml"), None).unwrap_err().to_string();
    assert!(said.starts_with("no/such.toml: "), "{said}");
}

/// The orders that a shipped mapping reads of these files.
fn read_files(name: &str, files: &[(&str, String)]) -> Vec<FileOrder> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let mut orders = Vec::new();
    let read = read_orders(&pool(name), &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, order| {
        orders.push(order);
        Ok(())
    });
    let read = read.unwrap();
    assert_eq!((read.bad_rows, read.orders_left_out), (0, 0), "{name}: {:?}", read.details);
    orders
}

/// Numbers of the orders that are closed.
fn closed(orders: &[FileOrder]) -> Vec<&str> {
    let closed = orders.iter().filter(|order| order.order.times.closed_at.is_some());
    closed.map(|order| order.order.order_id.as_str()).collect()
}

/// Each order's number with the units of each of its goods.
fn goods(orders: &[FileOrder]) -> Vec<(&str, Vec<(&str, u64)>)> {
    orders
        .iter()
        .map(|FileOrder { order, .. }| {
            let lines = order.lines.iter().map(|line| (line.sku.as_str(), line.quantity));
            (order.order_id.as_str(), lines.collect())
        })
        .collect()
}

/// A cancelled order is closed whatever the platform says of its money: a paid one that was cancelled, too.
#[test]
fn a_shopify_order_with_a_time_of_cancelling_is_closed() {
    let heading = "Name,Email,Phone,Financial Status,Paid at,Cancelled at,Subtotal,Refunded Amount,Created at,Shipping,\
                   Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n";
    let row = |name: &str, status: &str, paid: &str, cancelled: &str| {
        let back = if status.contains("refunded") { "4.00" } else { "0.00" };
        format!(
            "{name},{name}@example.com,,{status},{paid},{cancelled},10.00,{back},2025-11-28 20:00:01 +0800,0.00,1,Cup,10.00,CUP\n"
        )
    };
    let (paid, at) = ("2025-11-28 20:00:09 +0800", "2025-11-28 21:00:00 +0800");
    let rows = [
        row("#1", "paid", paid, at),
        row("#2", "paid", paid, ""),
        row("#3", "refunded", paid, ""),
        row("#4", "partially_refunded", paid, at),
        row("#5", "pending", "", at),
        row("#6", "partially_refunded", paid, ""),
        row("#7", "voided", "", ""),
    ];
    let text = heading.to_owned() + &rows.concat();
    let orders = read_files("shopify", &[("orders.csv", text.clone())]);
    assert_eq!(closed(&orders), ["#1", "#3", "#4", "#5", "#7"]);
    let paid_for_goods = |order: &FileOrder| order.order.goods_paid.minor();
    assert_eq!((paid_for_goods(&orders[1]), paid_for_goods(&orders[5])), (1_000, 600), "what is left of it");
    let first = orders[0].order.times;
    assert!(first.closed_at > first.first_paid_at, "at the time that is told");
    // A replay cancels what was never paid.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    let mapping = Mapping::open(Path::new("shopify")).unwrap();
    let reading = replay::read(&mapping, &[folder.path().to_owned()], &mut |_, _| {}).unwrap();
    assert_eq!(reading.orders.iter().filter(|order| order.cancelled_at.is_some()).count(), 2);
}

/// Two downloads overlap, and between them an order of several rows was refunded and another one paid: the newer download
/// counts, though only the first row of an order says what became of it.
#[test]
fn a_newer_shopify_export_says_anew_what_stands_on_first_rows() {
    let heading = "Name,Email,Phone,Financial Status,Paid at,Cancelled at,Subtotal,Created at,Shipping,\
                   Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n";
    let rows_of = |name: &str, status: &str, paid: &str| {
        let (buyer, at) = (format!("{name}@example.com"), "2025-11-28 20:00:01 +0800");
        format!(
            "{name},{buyer},,{status},{paid},,30.00,{at},0.00,1,Cup,10.00,CUP\n\
             {name},{buyer},,,,,,{at},,1,Tea,20.00,TEA\n"
        )
    };
    let paid = "2025-11-28 20:00:09 +0800";
    let whole = |states: [(&str, &str); 4]| {
        let orders = (1..).zip(states).map(|(at, (status, paid))| rows_of(&format!("#{at}"), status, paid));
        heading.to_owned() + &orders.collect::<String>()
    };
    let before = whole([("paid", paid), ("paid", paid), ("pending", ""), ("paid", paid)]);
    let after = whole([("paid", paid), ("refunded", paid), ("paid", paid), ("paid", paid)]);
    let orders = read_files("shopify", &[("a.csv", before), ("b.csv", after.clone())]);
    assert_eq!(closed(&orders), ["#2"]);
    assert!(orders[2].order.times.first_paid_at.is_some(), "{:?}", orders[2].order);
    let alone = read_files("shopify", &[("b.csv", after)]);
    assert_eq!(goods(&orders), goods(&alone));
}

#[test]
fn jd_orders_that_were_deleted_or_cancelled_are_closed() {
    let heading =
        "订单号,商品ID,订购数量,下单时间,京东价,结算金额,运费金额,订单状态,下单帐号,付款确认时间,货号\n";
    let states = [
        "(取消)等待确认收货",
        "（取消）等待确认收货",
        "（删除）等待付款",
        "(删除)完成",
        "已取消",
        "等待出库",
        "等待确认收货",
        "完成",
        "(锁定)等待出库",
    ];
    let row = |(at, state): (usize, &&str)| {
        format!("{at},9,1,2025-11-01 20:00:01,80.00,80.00,0.00,{state},jd_{at},2025-11-01 20:00:09,CUP\n")
    };
    let text = heading.to_owned() + &states.iter().enumerate().map(row).collect::<String>();
    let orders = read_files("jd", &[("orders.csv", text)]);
    assert_eq!(closed(&orders), ["0", "1", "2", "3", "4"]);
}

/// The words of a whole refund close, those of a part of one, or of one that is asked for, do not.
#[test]
fn youzan_tells_a_whole_refund_from_a_part() {
    let states = ["全额退款成功", "部分退款成功", "全额退款中", "部分退款中", ""];
    let order = |at: usize| format!("{at},b{at},待发货,2025-11-01 20:00:01,2025-11-01 20:00:09\n");
    let item = |(at, state): (usize, &&str)| format!("{at},待发货,杯,CUP,CUP,1,100.00,{state}\n");
    let orders = "订单号,买家昵称,订单状态,订单创建时间,买家付款时间\n".to_owned()
        + &(0..states.len()).map(order).collect::<String>();
    let items = "订单号,订单商品状态,商品名称,规格编码,商品编码,商品数量,商品实际成交金额,商品退款状态\n"
        .to_owned()
        + &states.iter().enumerate().map(item).collect::<String>();
    let read = read_files("youzan", &[("orders.csv", orders), ("items.csv", items)]);
    assert_eq!(closed(&read), ["0"]);
}

/// Two downloads that were pasted into one file: a row that stands there twice counts once, and nothing has to be changed
/// in the mapping for it.
#[test]
fn a_pinduoduo_row_that_is_told_twice_counts_once() {
    let sample = fs::read_to_string(folder("pinduoduo").join("orders.csv")).unwrap();
    let rows: Vec<&str> = sample.split_inclusive('\n').collect();
    let pasted = sample.clone() + rows[1] + rows[2];
    let (once, twice) = (
        read_files("pinduoduo", &[("orders.csv", sample.clone())]),
        read_files("pinduoduo", &[("orders.csv", pasted)]),
    );
    assert_eq!(goods(&once), goods(&twice));
}

/// An item that was refunded alone does not count; an order all of whose items were is closed.
#[test]
fn an_item_that_was_refunded_alone_is_left_off() {
    let orders = "订单编号,买家会员名,买家应付货款,退款金额,订单状态,订单创建时间,订单付款时间\n\
                  1,ann,300,200.00元,交易成功,2025-11-01 20:00:01,2025-11-01 20:00:09\n\
                  2,bob,300,300.00元,交易成功,2025-11-01 20:00:02,2025-11-01 20:00:10\n";
    let items = "订单编号,标题,价格,购买数量,外部系统编号,订单状态,商家编码\n\
                 1,杯,100,1,,交易成功,CUP\n1,壶,200,1,,交易关闭,KETTLE\n\
                 2,杯,100,1,,交易关闭,CUP\n2,壶,200,1,,交易关闭,KETTLE\n";
    let files = [("ExportOrderList1.csv", orders.to_owned()), ("ExportItemList1.csv", items.to_owned())];
    let read = read_files("taobao", &files);
    assert_eq!(goods(&read)[0], ("1", vec![("CUP", 1)]));
    assert_eq!(read[0].order.goods_paid.minor(), 10_000, "what is left of it");
    assert_eq!(closed(&read), ["2"]);
    let orders = "订单号,买家昵称,订单状态,订单创建时间,买家付款时间\n\
                  1,ann,交易完成,2025-11-01 20:00:01,2025-11-01 20:00:09\n\
                  2,bob,交易完成,2025-11-01 20:00:02,2025-11-01 20:00:10\n";
    let items = "订单号,订单商品状态,商品名称,规格编码,商品编码,商品数量,商品实际成交金额,商品退款状态\n\
                 1,交易完成,杯,CUP,CUP,1,100.00,退款关闭\n1,交易完成,壶,KETTLE,KETTLE,1,200.00,退款成功\n\
                 2,交易关闭,杯,CUP,CUP,1,100.00,\n2,交易完成,壶,KETTLE,KETTLE,1,200.00,全额退款\n";
    let read = read_files("youzan", &[("orders.csv", orders.to_owned()), ("items.csv", items.to_owned())]);
    assert_eq!(goods(&read)[0], ("1", vec![("CUP", 1)]));
    assert_eq!(read[0].order.goods_paid.minor(), 10_000, "what is left of it");
    assert_eq!(closed(&read), ["2"]);
}
