//! Which rules a cart may meet: posting lists by SKU and by category, rules for all goods by threshold
//! and by segment. A rule that no line names costs nothing.

use crate::line::Line;
use domain::{Sku, catalog::Category};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The number of a name that no rule knows.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Names as numbers, so that a cart's strings are hashed once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    skus: FxHashMap<Sku, u32>,
    categories: FxHashMap<Category, u32>,
    segments: FxHashMap<Arc<str>, u32>,
}

impl Symbols {
    pub(crate) fn add_sku(&mut self, sku: &Sku) -> u32 {
        let next = count(self.skus.len());
        *self.skus.entry(sku.clone()).or_insert(next)
    }
    pub(crate) fn add_category(&mut self, category: &Category) -> u32 {
        let next = count(self.categories.len());
        *self.categories.entry(category.clone()).or_insert(next)
    }
    pub(crate) fn add_segment(&mut self, segment: &str) -> u32 {
        let next = count(self.segments.len());
        *self.segments.entry(segment.into()).or_insert(next)
    }
    pub(crate) fn sku(&self, sku: &Sku) -> u32 {
        self.skus.get(sku).copied().unwrap_or(UNKNOWN)
    }
    pub(crate) fn category(&self, category: &Category) -> u32 {
        self.categories.get(category).copied().unwrap_or(UNKNOWN)
    }
    pub(crate) fn segment(&self, segment: &str) -> u32 {
        self.segments.get(segment).copied().unwrap_or(UNKNOWN)
    }
    pub(crate) fn skus(&self) -> usize {
        self.skus.len()
    }
}

/// A length as a number of ours: rule sets stay under four billion of anything.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(UNKNOWN)
}

/// For every symbol the rules that name it, in rising order.
#[derive(Debug, Clone, Default)]
struct Postings {
    /// Where each symbol's rules begin; the last entry is the end.
    starts: Vec<u32>,
    rules: Vec<u32>,
}

impl Postings {
    /// From pairs of symbol and rule.
    fn of(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let symbols = pairs.last().map_or(0, |pair| pair.0 as usize + 1);
        let mut starts = vec![0; symbols + 1];
        for (symbol, _) in &pairs {
            starts[*symbol as usize + 1] += 1;
        }
        for symbol in 0..symbols {
            starts[symbol + 1] += starts[symbol];
        }
        Self { starts, rules: pairs.into_iter().map(|pair| pair.1).collect() }
    }
    fn of_symbol(&self, symbol: u32) -> &[u32] {
        let at = symbol as usize;
        match (self.starts.get(at), self.starts.get(at.saturating_add(1))) {
            (Some(from), Some(to)) => &self.rules[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// What an index is made from.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub by_sku: Vec<(u32, u32)>,
    pub by_category: Vec<(u32, u32)>,
    /// Rules for all goods, or for all but some: smallest amount that they ask for, rule.
    pub free: Vec<(i64, u32)>,
    /// The same, for some segments only: segment, amount, rule.
    pub segmented: Vec<(u32, i64, u32)>,
    pub rules: usize,
}

/// The index of one kind of rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_sku: Postings,
    by_category: Postings,
    /// By rising amount.
    free: Vec<(i64, u32)>,
    /// By segment; each by rising amount.
    segmented: Vec<Vec<(i64, u32)>>,
    rules: usize,
}

/// Which rules for all goods are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// Those whose threshold is at most this, for everybody or for these segments.
    Reached(i64, &'a [u32]),
    /// All, so that each can be explained.
    Every,
}

impl Index {
    pub(crate) fn of(mut draft: Draft) -> Self {
        draft.free.sort_unstable();
        draft.segmented.sort_unstable();
        let segments = draft.segmented.last().map_or(0, |last| last.0 as usize + 1);
        let mut segmented = vec![Vec::new(); segments];
        for (segment, amount, rule) in draft.segmented {
            segmented[segment as usize].push((amount, rule));
        }
        Self {
            by_sku: Postings::of(draft.by_sku),
            by_category: Postings::of(draft.by_category),
            free: draft.free,
            segmented,
            rules: draft.rules,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rules == 0
    }

    /// Gathers the rules that the lines may meet into `hits`, in rising order, with the lines that name
    /// each; rules for all goods come without lines.
    pub(crate) fn gather(&self, lines: &[Line], wanted: Wanted<'_>, hits: &mut Hits) {
        hits.begin(self.rules);
        for (at, line) in lines.iter().enumerate().rev() {
            let at = count(at);
            for rule in self.by_sku.of_symbol(line.sku) {
                hits.add(*rule, at);
            }
            for category in line.categories() {
                for rule in self.by_category.of_symbol(*category) {
                    hits.add(*rule, at);
                }
            }
        }
        let reached = |list: &[(i64, u32)], most: i64, hits: &mut Hits| {
            list.iter().take_while(|entry| entry.0 <= most).for_each(|entry| hits.mark(entry.1));
        };
        match wanted {
            Wanted::Reached(most, segments) => {
                reached(&self.free, most, hits);
                let lists = segments.iter().filter_map(|s| self.segmented.get(*s as usize));
                lists.for_each(|list| reached(list, most, hits));
            }
            Wanted::Every => {
                reached(&self.free, i64::MAX, hits);
                self.segmented.iter().for_each(|list| reached(list, i64::MAX, hits));
            }
        }
        hits.drain();
    }
}

/// The rules that were gathered, and the lines that name them. Cleared by being read: what one cart
/// leaves behind the next does not see.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hits {
    /// By rule: the first of its links, or [`UNKNOWN`].
    heads: Vec<u32>,
    links: Vec<Link>,
    /// A bit for each rule, and a bit for each word of those.
    words: Vec<u64>,
    summary: Vec<u64>,
    /// The rules found, in rising order.
    pub found: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    line: u32,
    next: u32,
}

impl Hits {
    fn begin(&mut self, rules: usize) {
        self.links.clear();
        self.found.clear();
        if self.heads.len() < rules {
            self.heads.resize(rules, UNKNOWN);
            self.words.resize(rules.div_ceil(64), 0);
            self.summary.resize(self.words.len().div_ceil(64), 0);
        }
    }

    /// Lines come in falling order, so the links of a rule rise.
    fn add(&mut self, rule: u32, line: u32) {
        let head = &mut self.heads[rule as usize];
        let newest = count(self.links.len());
        if *head == UNKNOWN {
            self.links.push(Link { line, next: UNKNOWN });
            *head = newest;
            self.mark(rule);
        } else if self.links[*head as usize].line != line {
            self.links.push(Link { line, next: *head });
            *head = newest;
        }
    }

    fn mark(&mut self, rule: u32) {
        let word = rule as usize / 64;
        self.words[word] |= 1 << (rule % 64);
        self.summary[word / 64] |= 1 << (word % 64);
    }

    fn drain(&mut self) {
        for (group, summary) in self.summary.iter_mut().enumerate() {
            while *summary != 0 {
                let word = group * 64 + summary.trailing_zeros() as usize;
                *summary &= *summary - 1;
                let mut bits = std::mem::take(&mut self.words[word]);
                while bits != 0 {
                    self.found.push(count(word) * 64 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Appends the lines that name a rule, in rising order, and forgets them.
    pub(crate) fn take_lines(&mut self, rule: u32, lines: &mut Vec<u32>) {
        let mut link = std::mem::replace(&mut self.heads[rule as usize], UNKNOWN);
        while let Some(Link { line, next }) = self.links.get(link as usize) {
            lines.push(*line);
            link = *next;
        }
    }
}
