// Work in processes of its own, so that the shares of the work have nothing in common. Each process
// tells of its work line by line.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace fairfeed::simulation {

using Tell = std::function<void(const std::string& line)>;

// Calls work(job, tell) for the jobs 0 .. jobs - 1, each in a process of its own, and hear(job,
// line) here for each line told, as it comes. False: a process ended before its work was done, and
// has printed why.
[[nodiscard]] bool run_jobs(std::size_t jobs,
                            const std::function<void(std::size_t job, const Tell& tell)>& work,
                            const std::function<void(std::size_t job, const std::string&)>& hear);

}  // namespace fairfeed::simulation
