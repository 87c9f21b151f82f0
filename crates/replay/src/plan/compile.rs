//! From the words of the mapping file to a [`Plan`], and what can be wrong on the way.

use super::words::WORDS;
use super::{
    Cell, JoinPlan, LinePlan, OrderPlan, Piece, Plan, ReplayRoles, Slots, Step, TablePlan, TimesPlan, Value,
};
use crate::{
    mapping::{Alternatives, Amounts, Columns, Empty, Join, Line, Order, Table, Times, Wrong},
    read::Roles,
    template::{self, Filter, Part, ValueMap},
};
use domain::time::Zone;
use std::{collections::BTreeMap, sync::Arc};

/// Columns that a mapping may name, of all its tables.
pub(crate) const COLUMNS: usize = 512;

/// What a mapping says of its files, whatever their columns mean.
#[derive(Clone, Copy)]
pub(crate) struct Layout<'d> {
    pub tables: &'d BTreeMap<String, Table>,
    pub joins: &'d [Join],
    pub maps: &'d BTreeMap<String, BTreeMap<String, String>>,
    pub times: &'d Times,
    pub amounts: &'d Amounts,
    pub cells: &'d Empty,
    /// The table of the lines.
    pub lines: &'d str,
}

impl Plan {
    /// The plan, and the roles that `roles` compiles; columns are numbered as they are named.
    pub fn compile<R: Roles>(
        layout: Layout<'_>,
        shop_zone: &Zone,
        roles: impl FnOnce(&mut Compiler<'_>) -> Result<R, Wrong>,
    ) -> Result<(Self, R), Wrong> {
        let maps = layout.maps.iter();
        let mut compiler = Compiler {
            slots: Slots::default(),
            maps: maps.map(|(name, map)| (name.as_str(), Arc::new(map.clone()))).collect(),
        };
        let joins = compiler.joins(layout)?;
        let roles = roles(&mut compiler)?;
        let mut tables = compiler.tables(layout, &joins)?;
        for cell in roles.number_values().into_iter().flat_map(Value::cells) {
            tables[cell.table].numbers.push(cell.column);
        }
        for cell in roles.time_values().into_iter().flat_map(Value::cells) {
            let times = &mut tables[cell.table].times;
            if !times.contains(&cell.column) {
                times.push(cell.column);
            }
        }
        check_amounts(layout.amounts)?;
        let zone = layout.times.zone.as_ref().unwrap_or(shop_zone).clone();
        check_formats(&layout.times.formats, &zone)?;
        let Times { formats, seconds, .. } = layout.times;
        let times = TimesPlan { zone, formats: formats.clone(), seconds: *seconds };
        let (amounts, empty) = (layout.amounts.clone(), layout.cells.clone());
        let has_line_ids = roles.has_line_ids();
        Ok((Self { tables, joins, times, amounts, empty, has_line_ids }, roles))
    }
}

impl ReplayRoles {
    /// What the columns of a replay mean.
    pub fn compile(compiler: &mut Compiler<'_>, order: &Order, line: &Line) -> Result<Self, Wrong> {
        Ok(Self { order: compiler.order(order)?, line: compiler.line(line)? })
    }
}

/// Turns names into numbers.
pub(crate) struct Compiler<'d> {
    slots: Slots,
    maps: BTreeMap<&'d str, ValueMap>,
}

impl Compiler<'_> {
    fn joins(&mut self, layout: Layout<'_>) -> Result<Vec<JoinPlan>, Wrong> {
        let known = |field: String, table: &str| match layout.tables.get(table) {
            Some(found) => Ok(found),
            None => Err(Wrong::new(field, format!("there is no [tables.{table}]"))),
        };
        known("line.table".into(), layout.lines)?;
        self.slots.add(layout.lines);
        let mut joins = Vec::new();
        for (index, join) in layout.joins.iter().enumerate() {
            let field = |key: &str| format!("joins[{index}].{key}");
            let table = known(field("to"), &join.to)?;
            if self.slots.find(&join.to).is_some() {
                let message = format!("`{}` is joined already; name its file twice", join.to);
                return Err(Wrong::new(field("to"), message));
            }
            let from = self.cells(&field("from"), &join.from)?;
            if table.key.0.is_empty() {
                let message = "rows are joined by their key; name its column";
                return Err(Wrong::new(format!("tables.{}.key", join.to), message));
            }
            if from.len() != table.key.0.len() {
                let message =
                    format!("{} for the {} of the key of `{}`", from.len(), table.key.0.len(), join.to);
                return Err(Wrong::new(field("from"), message));
            }
            self.slots.add(&join.to);
            joins.push(JoinPlan { from, optional: join.optional });
        }
        if let Some(name) = layout.tables.keys().find(|t| self.slots.find(t).is_none()) {
            let message = "no join leads to this table";
            return Err(Wrong::new(format!("tables.{name}"), message));
        }
        Ok(joins)
    }

    /// Called last: by then every column that is needed has been named.
    fn tables(&mut self, layout: Layout<'_>, joins: &[JoinPlan]) -> Result<Vec<TablePlan>, Wrong> {
        let joined = layout.joins.iter().map(|join| join.to.as_str());
        let names = std::iter::once(layout.lines).chain(joined);
        let mut tables = Vec::new();
        let keys = layout.tables.values().map(|table| table.key.0.len()).max().unwrap_or(0);
        if keys > COLUMNS {
            return Err(Wrong::new("tables", format!("a key of more than {COLUMNS} columns")));
        }
        for (slot, name) in names.enumerate() {
            let table = &layout.tables[name];
            let delimiter = table.delimiter.map(|sign| delimiter(name, sign)).transpose()?;
            let encoding = table.encoding.as_deref().map(|label| encoding(name, label)).transpose()?;
            if table.complete && !joins.get(slot.wrapping_sub(1)).is_some_and(JoinPlan::is_from_lines) {
                let message = "only of a table that a join leads to from the table of the lines";
                return Err(Wrong::new(format!("tables.{name}.complete"), message));
            }
            if table.header_row == Some(0) {
                let field = format!("tables.{name}.header_row");
                return Err(Wrong::new(field, "1 for the first row"));
            }
            let is_name = |file: &String| !file.is_empty() && !file.contains(['/', '\\']);
            if table.file.0.is_empty() || !table.file.0.iter().all(is_name) {
                let message = "a file name such as orders.csv or orders-*.csv, without a folder";
                return Err(Wrong::new(format!("tables.{name}.file"), message));
            }
            if let Some(column) = table.may_lack.0.iter().find(|column| table.key.0.contains(column)) {
                let message = format!("`{column}` is the key, which every file has");
                return Err(Wrong::new(format!("tables.{name}.may_lack"), message));
            }
            let key = table.key.0.iter();
            let key = key.map(|column| self.slots.column(slot, column)).collect();
            let keep = self.slots.keep(slot, &table.keep);
            let columns = self.slots.take_columns(slot);
            if let Some(column) = table.may_lack.0.iter().find(|column| !columns.contains(column)) {
                let message = format!("nothing reads `{column}`");
                return Err(Wrong::new(format!("tables.{name}.may_lack"), message));
            }
            tables.push(TablePlan {
                name: name.to_owned(),
                files: table.file.0.clone(),
                sheet: table.sheet.clone(),
                encoding,
                delimiter,
                header_row: table.header_row,
                numbers: Vec::new(),
                times: Vec::new(),
                key,
                keep,
                complete: table.complete,
                may_lack: table.may_lack.0.clone(),
                columns,
            });
        }
        Ok(tables)
    }

    fn order(&mut self, order: &Order) -> Result<OrderPlan, Wrong> {
        Ok(OrderPlan {
            group: self.cells("order.group", &order.group)?,
            blank: order.blank,
            id: self.required("order.id", &order.id)?,
            shop: self.required("order.shop", &order.shop)?,
            customer: self.required("order.customer", &order.customer)?,
            source: self.value("order.source", &order.source)?,
            placed_at: self.required("order.placed_at", &order.placed_at)?,
            told: self.value("order.told", &order.told)?,
            freight: self.value("order.freight", &order.freight)?,
            paid_at: self.value("order.paid.at", &order.paid.at)?,
            method: self.value("order.paid.method", &order.paid.method)?,
            cancelled_status: self.value("order.cancelled.status", &order.cancelled.status)?,
            cancelled_at: self.value("order.cancelled.at", &order.cancelled.at)?,
            cancelled_after_minutes: order.cancelled.after_minutes,
            shipped_at: self.value("order.shipped_at", &order.shipped_at)?,
            received_at: self.value("order.received_at", &order.received_at)?,
        })
    }

    fn line(&mut self, line: &Line) -> Result<LinePlan, Wrong> {
        Ok(LinePlan {
            id: self.required("line.id", &line.id)?,
            sku: self.required("line.sku", &line.sku)?,
            quantity: self.value("line.quantity", &line.quantity)?,
            unit_price: self.required("line.unit_price", &line.unit_price)?,
            freight: self.value("line.freight", &line.freight)?,
            repeated: line.repeated,
            categories: vec![
                self.value("line.category.first", &line.category.first)?,
                self.value("line.category.second", &line.category.second)?,
                self.value("line.category.third", &line.category.third)?,
            ],
        })
    }

    pub fn cells(&mut self, field: &str, columns: &Columns) -> Result<Vec<Cell>, Wrong> {
        if columns.0.is_empty() {
            return Err(Wrong::new(field, "name at least one table.column"));
        }
        let cells = columns.0.iter().map(|name| match name.split_once('.') {
            Some((table, column)) => self.cell(field, table, column),
            None => Err(Wrong::new(field, format!("`{name}` is not table.column"))),
        });
        cells.collect()
    }

    fn cell(&mut self, field: &str, table: &str, column: &str) -> Result<Cell, Wrong> {
        let Some(slot) = self.slots.find(table) else {
            let message = format!("`{table}` is not a table that is joined by then");
            return Err(Wrong::new(field, message));
        };
        let column = self.slots.column(slot, column);
        if self.slots.count() > COLUMNS {
            return Err(Wrong::new(field, format!("more than {COLUMNS} columns are named in all")));
        }
        Ok(Cell { table: slot, column })
    }

    pub fn required(&mut self, field: &'static str, texts: &Alternatives) -> Result<Value, Wrong> {
        if texts.0.is_empty() {
            return Err(Wrong::new(field, "name at least one template"));
        }
        self.value(field, texts)
    }

    pub fn value(&mut self, field: &'static str, texts: &Alternatives) -> Result<Value, Wrong> {
        let mut templates = Vec::new();
        for text in &texts.0 {
            let parts = template::parse(text).map_err(|message| Wrong::new(field, message))?;
            let pieces = parts.into_iter().map(|part| self.piece(field, part));
            templates.push(pieces.collect::<Result<_, _>>()?);
        }
        Ok(Value { field, templates })
    }

    fn piece(&mut self, field: &str, part: Part<'_>) -> Result<Piece, Wrong> {
        match part {
            Part::Text(text) => Ok(Piece::Text(text)),
            Part::Cell { table, column, filters } => {
                let cell = self.cell(field, table, column)?;
                let steps = filters.into_iter().map(|filter| match filter {
                    Filter::First(count) => Ok(Step::First(count)),
                    Filter::Map(name) => match self.maps.get(name) {
                        Some(map) => Ok(Step::Map(Arc::clone(map))),
                        None => Err(Wrong::new(field, format!("there is no [maps.{name}]"))),
                    },
                });
                Ok(Piece::Cell(cell, steps.collect::<Result<_, _>>()?))
            }
        }
    }
}

fn delimiter(table: &str, sign: char) -> Result<u8, Wrong> {
    let byte =
        u8::try_from(sign).ok().filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r'));
    let wrong = || Wrong::new(format!("tables.{table}.delimiter"), "one ASCII character such as , ; or \\t");
    byte.ok_or_else(wrong)
}

fn encoding(table: &str, label: &str) -> Result<tabular::Encoding, Wrong> {
    let message = "a label such as utf-8, gb18030, gbk, big5, shift_jis, windows-1252 or utf-16le";
    let wrong = || Wrong::new(format!("tables.{table}.encoding"), message);
    tabular::Encoding::find(label).ok_or_else(wrong)
}

fn check_amounts(amounts: &Amounts) -> Result<(), Wrong> {
    if amounts.digits() > 4 {
        return Err(Wrong::new("amounts.minor_digits", "0 to 4"));
    }
    let sign = |c: char| !c.is_ascii_digit() && c != '-';
    if !sign(amounts.decimal_point) || !amounts.grouping.is_none_or(sign) {
        return Err(Wrong::new("amounts", "a digit or a minus is not a sign"));
    }
    if amounts.grouping == Some(amounts.decimal_point) {
        let message = "differs from the decimal point";
        return Err(Wrong::new("amounts.grouping", message));
    }
    Ok(())
}

/// A format is good when it reads back what it writes.
fn check_formats(formats: &[String], zone: &Zone) -> Result<(), Wrong> {
    if formats.is_empty() {
        return Err(Wrong::new("times.formats", "name at least one format"));
    }
    let sample = zone.civil(domain::Instant::from_micros(1_500_000_000_000_000));
    for format in formats.iter().filter(|format| !WORDS.contains(&format.as_str())) {
        let zoned = sample.to_zoned(jiff::tz::TimeZone::UTC);
        let written = zoned.and_then(|z| jiff::fmt::strtime::format(format, &z));
        let read = written.and_then(|text| jiff::fmt::strtime::parse(format, text)?.to_datetime());
        if let Err(error) = read {
            let message = format!("`{format}` does not read a date: {error}");
            return Err(Wrong::new("times.formats", message));
        }
    }
    Ok(())
}
