// Runs every fuzz target over its committed corpus and over seeded mutations of it. The inputs are
// the same in every build, so a change that breaks a target is noticed without a fuzzer. If an
// input ends the process, stderr names the input first.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>

#include "core/io/file.h"
#include "tests/fuzz/properties.h"

#define FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
#include <fuzz_targets.inc>
#undef FUZZ_TARGET

namespace fairfeed::fuzz {
namespace {

struct Target {
    const char* name;
    int (*run)(const std::uint8_t*, std::size_t);
};

constexpr Target kTargets[] = {
#define FUZZ_TARGET(name) {#name, fuzz_##name},
#include <fuzz_targets.inc>
#undef FUZZ_TARGET
};

std::ostream& operator<<(std::ostream& out, const Target& target) {
    return out << target.name;
}

constexpr int kMutationsPerInput = 60;

// The name of the current input, for the signal handler.
std::string running;

void name_the_input(int signal) {
    const ssize_t ignored = ::write(STDERR_FILENO, running.data(), running.size());
    (void)ignored;
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

struct Seed {
    std::string name;
    Bytes bytes;
};

std::vector<Seed> corpus_of(const std::string& target) {
    const std::filesystem::path directory =
        std::filesystem::path(FAIRFEED_SOURCE_DIR) / "tests/fuzz/corpus" / target;
    std::vector<Seed> seeds;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(directory, missing)) {
        auto bytes = read_file(entry.path());
        if (bytes) seeds.push_back({entry.path().filename().string(), std::move(*bytes)});
    }
    std::sort(seeds.begin(), seeds.end(),
              [](const Seed& a, const Seed& b) { return a.name < b.name; });
    return seeds;
}

class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    void operator()(Bytes& bytes, const std::vector<Seed>& others) {
        for (std::size_t edits = 1 + below(4); edits > 0; --edits)
            edit(bytes, others[below(others.size())].bytes);
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::uint8_t any_byte() { return static_cast<std::uint8_t>(random_()); }

    void edit(Bytes& bytes, const Bytes& other) {
        const std::size_t at = below(bytes.size() + 1);
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t few = std::min(bytes.size() - at, below(16));
        switch (below(6)) {
            case 0:
                bytes.insert(place, any_byte());
                return;
            case 1:
                bytes.erase(place, place + static_cast<std::ptrdiff_t>(few));
                return;
            case 2:
                if (!other.empty()) splice(bytes, at, other);
                return;
            case 3:
                std::fill_n(place, few, below(2) == 0 ? std::uint8_t{0} : std::uint8_t{0xff});
                return;
            default:
                if (at < bytes.size())
                    bytes[at] = static_cast<std::uint8_t>(
                        below(2) == 0 ? any_byte() : bytes[at] ^ (1U << below(8)));
        }
    }
    void splice(Bytes& bytes, std::size_t at, const Bytes& other) {
        const std::size_t from = below(other.size());
        const std::size_t size = std::min(other.size() - from, below(64));
        const auto begin = other.begin() + static_cast<std::ptrdiff_t>(from);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), begin,
                     begin + static_cast<std::ptrdiff_t>(size));
    }

    std::mt19937_64 random_;
};

class FuzzCorpus : public testing::TestWithParam<Target> {
  protected:
    static void run(const std::string& what, const Bytes& input) {
        running = "\n" + std::string(GetParam().name) + ": " + what + ": " +
                  to_hex(ByteView(input).first(std::min<std::size_t>(input.size(), 4096))) + "\n";
        GetParam().run(input.data(), input.size());
    }
};

TEST_P(FuzzCorpus, keeps_its_properties) {
    std::signal(SIGABRT, name_the_input);
    std::signal(SIGSEGV, name_the_input);
    const std::vector<Seed> seeds = corpus_of(GetParam().name);
    ASSERT_FALSE(seeds.empty()) << "no corpus: run fuzz_write_seeds";
    run("empty", {});
    Mutator mutate(1604);
    for (const Seed& seed : seeds) {
        const std::size_t before = accepted_inputs;
        run(seed.name, seed.bytes);
        if (seed.name.starts_with("seed-")) {
            EXPECT_GT(accepted_inputs, before) << seed.name << " is out of date: run "
                                               << "fuzz_write_seeds and commit the corpus";
        }
        for (int i = 0; i < kMutationsPerInput; ++i) {
            Bytes mutated = seed.bytes;
            mutate(mutated, seeds);
            run(seed.name + " mutated", mutated);
        }
    }
}

std::string name_of(const testing::TestParamInfo<Target>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(kTargets), name_of);

}  // namespace
}  // namespace fairfeed::fuzz
