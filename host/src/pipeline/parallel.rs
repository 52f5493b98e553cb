//! Work on many items, as many at once as there are processors. What comes of it is taken in the order of the items, each as
//! soon as those before it were: so what needs that order needs no more of it in memory than is at work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What waits for its turn.
struct Waiting<R, F> {
    results: BTreeMap<usize, R>,
    next: usize,
    take: F,
}

/// Does something with every item, and takes what comes of it in their order.
pub(super) fn in_order<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync, take: impl FnMut(R) + Send) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let place = AtomicUsize::new(0);
    let waiting = Mutex::new(Waiting { results: BTreeMap::new(), next: 0, take });
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = place.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    let result = work(item);
                    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                    waiting.results.insert(place, result);
                    waiting.turn();
                }
            });
        }
    });
}

impl<R, F: FnMut(R)> Waiting<R, F> {
    fn turn(&mut self) {
        while let Some(result) = self.results.remove(&self.next) {
            (self.take)(result);
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_once_and_in_its_order() {
        let items: Vec<u64> = (0..200).collect();
        let mut taken = Vec::new();
        let late = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(if item.is_multiple_of(7) { 500 } else { 10 }));
            *item
        };
        in_order(&items, late, |item| taken.push(item));
        assert_eq!(taken, items);
        in_order(&[], late, |_| unreachable!());
    }
}
