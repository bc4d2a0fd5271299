#include "tests/simulation/jobs.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "core/base/check.h"

namespace fairfeed::simulation {
namespace {

struct Job {
    pid_t process = 0;
    int from = -1;     // end of a pipe; -1: closed
    std::string rest;  // the line that has not ended yet
};

void write_line(int to, const std::string& line) {
    const std::string text = line + '\n';
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t more = write(to, text.data() + sent, text.size() - sent);
        if (more <= 0) _exit(2);
        sent += static_cast<std::size_t>(more);
    }
}

Job start(const std::function<void(const Tell&)>& work) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t process = fork();
    CHECK(process >= 0);
    if (process > 0) {
        close(ends[1]);
        return {process, ends[0], {}};
    }
    close(ends[0]);
    work([to = ends[1]](const std::string& line) { write_line(to, line); });
    _exit(0);
}

// Passes on what has come. The pipe closes with its process.
void read_from(Job& job, const std::function<void(const std::string&)>& hear) {
    char buffer[4096];
    const ssize_t more = read(job.from, buffer, sizeof(buffer));
    if (more <= 0) {
        close(job.from);
        job.from = -1;
        return;
    }
    job.rest.append(buffer, static_cast<std::size_t>(more));
    for (std::size_t end = 0; (end = job.rest.find('\n')) != std::string::npos;) {
        hear(job.rest.substr(0, end));
        job.rest.erase(0, end + 1);
    }
}

bool has_ended_well(pid_t process) {
    int status = 0;
    waitpid(process, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool run_jobs(std::size_t jobs, const std::function<void(std::size_t, const Tell&)>& work,
              const std::function<void(std::size_t, const std::string&)>& hear) {
    std::vector<Job> running;
    for (std::size_t job = 0; job < jobs; ++job)
        running.push_back(start([&](const Tell& tell) { work(job, tell); }));
    const auto is_open = [](const Job& job) { return job.from >= 0; };
    while (std::any_of(running.begin(), running.end(), is_open)) {
        std::vector<pollfd> ends;
        for (const Job& job : running)
            ends.push_back({job.from, POLLIN, 0});  // poll() leaves out a negative descriptor
        if (poll(ends.data(), ends.size(), -1) <= 0) continue;
        for (std::size_t job = 0; job < jobs; ++job) {
            if (ends[job].revents == 0) continue;
            read_from(running[job], [&](const std::string& line) { hear(job, line); });
        }
    }
    bool complete = true;
    for (const Job& job : running)
        complete = has_ended_well(job.process) && complete;
    return complete;
}

}  // namespace fairfeed::simulation
