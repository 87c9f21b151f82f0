//! Which messages go in one request: those that differ in their numbers alone, each number once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{OutgoingMessage, Recipient};

/// Between our ids in one `SessionContext`. No id holds it.
pub(super) const CONTEXT_SEPARATOR: char = '\n';
/// The most numbers of a request.
const MOST_NUMBERS: usize = 200;
/// The most bytes of a `SessionContext`.
const MOST_CONTEXT: usize = 511;

/// What must be the same in a request: template with its values, signature, and whether it goes abroad.
type Alike<'a> = (Option<(&'a str, &'a [String])>, Option<&'a str>, bool);

#[derive(Default)]
struct Open<'a> {
    places: Vec<usize>,
    numbers: BTreeSet<&'a str>,
    context: usize,
}

/// The places of messages, in groups: as many in one as there are numbers in a request, and as their ids fit in.
pub(super) fn grouped(messages: &[OutgoingMessage]) -> Vec<Vec<usize>> {
    let mut open: BTreeMap<Alike<'_>, Open<'_>> = BTreeMap::new();
    let mut closed = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let Some(to) = message.to.as_ref().map(Recipient::expose) else {
            closed.push(vec![place]);
            continue;
        };
        let template = message.providers.tencent.as_ref();
        let template = template.map(|own| (own.code.as_str(), own.parameters.as_slice()));
        let alike = (template, message.signature.as_deref(), to.starts_with("+86"));
        let group = open.entry(alike).or_default();
        let context = message.our_id().len() + 1;
        let is_full = group.places.len() == MOST_NUMBERS || group.context + context > MOST_CONTEXT + 1;
        if is_full || group.numbers.contains(to) {
            closed.push(std::mem::take(group).places);
        }
        group.places.push(place);
        group.numbers.insert(to);
        group.context += context;
    }
    closed.extend(open.into_values().map(|group| group.places));
    closed.retain(|group| !group.is_empty());
    closed
}

/// The ids of a group, to come back with its reports; nothing where they are too long for it.
pub(super) fn context(messages: &[OutgoingMessage]) -> String {
    let ids: Vec<String> = messages.iter().map(OutgoingMessage::our_id).collect();
    let context = ids.join(&CONTEXT_SEPARATOR.to_string());
    if context.len() <= MOST_CONTEXT { context } else { String::new() }
}
