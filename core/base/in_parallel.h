// Work on the parts of a range, on several threads at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace fairfeed {

// Threads that the machine runs at once, at least 1.
[[nodiscard]] inline std::size_t all_cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

// Calls each(part, first, last) for adjacent parts [first, last) of [0, count), at most `threads`
// of them, at the same time; part 0 runs on the caller's thread. Returns when all calls have
// returned. `each` throws nothing. Parts are numbered in the order of the range, and their sizes
// differ by one at most, so the outcome can be the same whatever the number of threads is.
template <class Each>
void in_parallel(std::size_t count, std::size_t threads, const Each& each) {
    const std::size_t parts = std::max<std::size_t>(1, std::min(count, threads));
    const auto begin_of = [&](std::size_t part) { return count * part / parts; };
    std::vector<std::jthread> others;
    for (std::size_t part = 1; part < parts; ++part)
        others.emplace_back([&, part] { each(part, begin_of(part), begin_of(part + 1)); });
    each(std::size_t{0}, std::size_t{0}, begin_of(1));
}

}  // namespace fairfeed
