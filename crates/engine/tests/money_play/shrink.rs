//! Makes a failing story as small as it stays failing, and tells it.

use super::perform::{Plan, Told, in_time};
use crate::money_model::{
    course::course,
    money::Fate,
    story::{Event, How, Story, What},
};

/// Whether it can be true: nothing that is told of goes beyond what came.
fn is_sound(story: &Story) -> bool {
    let sound = |order| {
        let course = course(story, order);
        !course.waits && course.fates.values().all(|fate| *fate != Fate::Impossible)
    };
    let refunds = || story.events.iter().filter_map(Event::refund);
    let is_known = |id: &str| refunds().any(|refund| refund.id == id && refund.how != How::Assigned);
    (0..story.orders.len()).all(sound) && refunds().all(|refund| is_known(&refund.id))
}

/// A smaller story with its plan, for each event that may be left out and each delay.
fn smaller(story: &Story, plan: &Plan) -> Vec<(Story, Plan)> {
    let mut found = Vec::new();
    for event in 0..story.events.len() {
        let mut less = story.clone();
        less.events.remove(event);
        let moved = plan.iter().filter(|(_, told)| *told != Told::Event(event));
        let moved = moved.map(|(at, told)| match told {
            Told::Event(later) if *later > event => (*at, Told::Event(later - 1)),
            Told::Event(_) | Told::Placed(_) => (*at, *told),
        });
        found.push((less, moved.collect()));
    }
    for order in 0..story.orders.len() {
        for off in 0..story.orders[order].offs.len() {
            let mut less = story.clone();
            less.orders[order].offs.remove(off);
            found.push((less, plan.clone()));
        }
    }
    for (index, event) in story.events.iter().enumerate() {
        let how = event.refund().map_or(How::Went, |refund| refund.how);
        if !matches!(how, How::Went | How::Assigned) {
            let mut less = story.clone();
            if let What::Refunded(refund) = &mut less.events[index].what {
                refund.how = How::Went;
            }
            found.push((less, plan.clone()));
        }
    }
    let first = in_time(story);
    if *plan != first {
        found.push((story.clone(), first));
    }
    for index in 0..plan.len() {
        if plan.iter().filter(|(_, told)| *told == plan[index].1).count() > 1 {
            let mut less = plan.clone();
            less.remove(index);
            found.push((story.clone(), less));
        }
    }
    found
}

/// How a story is played: what is wrong with it.
pub type Play = fn(&Story, &Plan) -> Result<(), String>;

/// The smallest story that fails, and why.
pub fn failure(story: &Story, plan: &Plan, try_it: Play) -> Option<String> {
    let mut why = try_it(story, plan).err()?;
    let (mut story, mut plan) = (story.clone(), plan.clone());
    'again: loop {
        for (less, when) in smaller(&story, &plan) {
            if !is_sound(&less) {
                continue;
            }
            if let Err(still) = try_it(&less, &when) {
                (story, plan, why) = (less, when, still);
                continue 'again;
            }
        }
        return Some(format!("{}{why}", story.tell()));
    }
}
