//! All lines at a glance, and where one works.

use askama::Template;

use crate::queue::model::{EntryState, PointId, RoomId, waits_since};
use crate::queue::store::lines::Brief;
use crate::queue::store::points::{Point, Room};
use crate::queue::store::stats::Closed;
use crate::web::{FormState, Page};

/// Every point.
#[derive(Debug, Template)]
#[template(path = "queue/overview.html")]
pub struct OverviewPage {
    /// The frame.
    pub page: Page,
    /// The points with their lines.
    pub points: Vec<Glance>,
}

/// The part that changes.
#[derive(Debug, Template)]
#[template(path = "queue/_overview.html")]
pub struct OverviewPart {
    /// The frame.
    pub page: Page,
    /// The points with their lines.
    pub points: Vec<Glance>,
}

/// One point in one row.
#[derive(Debug)]
pub struct Glance {
    /// The point.
    pub point: Point,
    /// How many wait.
    pub waiting: usize,
    /// Minutes the first of them waits.
    pub longest: Option<i64>,
    /// Who is called or served: token, room, state.
    pub serving: Vec<(String, String, &'static str)>,
    /// Missed or parked.
    pub aside: usize,
    /// Served today.
    pub served: usize,
    /// Mean minutes of waiting of those who were booked.
    pub wait_booked: Option<i64>,
    /// Mean minutes of waiting of those who walked in.
    pub wait_walk_in: Option<i64>,
    /// Mean minutes of service today.
    pub service: Option<i64>,
    /// Left or missed today.
    pub lost: usize,
}

impl Glance {
    /// Makes the rows of all points.
    pub fn all(points: Vec<Point>, open: &[Brief], closed: &[Closed], page: &Page) -> Vec<Glance> {
        points.into_iter().map(|point| Glance::of(point, open, closed, page)).collect()
    }

    fn of(point: Point, open: &[Brief], closed: &[Closed], page: &Page) -> Glance {
        let here: Vec<&Brief> = open.iter().filter(|brief| brief.point_id == point.id).collect();
        let done: Vec<&Closed> = closed.iter().filter(|closed| closed.point_id == point.id).collect();
        let waiting: Vec<&&Brief> = here.iter().filter(|brief| brief.state == EntryState::Waiting).collect();
        let since = |brief: &Brief| waits_since(brief.priority, brief.booked_at, brief.arrived_at);
        let longest = waiting.iter().map(|brief| (page.now - since(brief)).num_minutes().max(0)).max();
        let serving = here.iter().filter_map(|brief| match brief.state {
            EntryState::Called => Some((brief, "called")),
            EntryState::InService => Some((brief, "serving")),
            EntryState::Waiting
            | EntryState::Parked
            | EntryState::Missed
            | EntryState::Done
            | EntryState::Left
            | EntryState::Transferred
            | EntryState::Void => None,
        });
        let serving = serving
            .map(|(brief, state)| (brief.token.clone(), brief.room.clone().unwrap_or_default(), state))
            .collect();
        let aside = here
            .iter()
            .filter(|brief| matches!(brief.state, EntryState::Missed | EntryState::Parked))
            .count();
        let served = done.iter().filter(|closed| closed.started_at.is_some()).count();
        let lost = done.iter().filter(|c| matches!(c.state, EntryState::Left | EntryState::Missed)).count();
        let waits = |booked: bool| {
            mean(
                done.iter()
                    .filter(|closed| closed.booked_at.is_some() == booked)
                    .filter_map(|closed| closed.waited()),
            )
        };
        Glance {
            waiting: waiting.len(),
            longest,
            serving,
            aside,
            served,
            wait_booked: waits(true),
            wait_walk_in: waits(false),
            service: mean(done.iter().filter_map(|closed| closed.served())),
            lost,
            point,
        }
    }

    /// A number of minutes, or that there is none.
    pub fn minutes(&self, minutes: impl std::borrow::Borrow<Option<i64>>) -> String {
        minutes.borrow().map_or_else(|| "No data".to_owned(), |minutes| format!("{minutes} min"))
    }
}

/// The mean of seconds in whole minutes.
fn mean(seconds: impl Iterator<Item = i64>) -> Option<i64> {
    let (sum, count) = seconds.fold((0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| (sum / count + 30) / 60)
}

/// Where one works.
#[derive(Debug, Template)]
#[template(path = "queue/station.html")]
pub struct StationPage {
    /// The frame.
    pub page: Page,
    /// The form.
    pub form: FormState,
    /// The points that work.
    pub points: Vec<Point>,
    /// Their rooms.
    pub rooms: Vec<Room>,
}

impl StationPage {
    /// Every place: a room of a point, or a point without rooms. The value is `point-room`.
    pub fn places(&self) -> Vec<(String, String)> {
        let mut places = Vec::new();
        for point in &self.points {
            let rooms: Vec<&Room> = self.rooms.iter().filter(|room| room.point_id == point.id).collect();
            if rooms.is_empty() {
                places.push((place(point.id, None), point.name.clone()));
            }
            for room in rooms {
                places.push((place(point.id, Some(room.id)), format!("{}, {}", point.name, room.name)));
            }
        }
        places
    }
}

/// The value of a place in the form.
pub fn place(point: PointId, room: Option<RoomId>) -> String {
    format!("{point}-{}", room.map(|room| room.to_string()).unwrap_or_default())
}
