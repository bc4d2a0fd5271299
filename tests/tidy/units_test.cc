// The units of systemd/. systemd accepts them where it is installed. They contain none of the
// settings that made a node stand still until a person came: giving up, waiting for a network,
// skipping a name in silence.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fairfeed::tidy {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> units() {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(FAIRFEED_SOURCE_DIR "/systemd"))
        if (entry.path().extension() == ".service") out.push_back(entry.path());
    return out;
}

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

// The settings without comments, one on each line.
std::string settings_of(const fs::path& unit) {
    std::istringstream lines(text_of(unit));
    std::string out = "\n";
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && line.front() != '#') out += line + "\n";
    return out;
}

struct Answer {
    int status = -1;
    std::string text;
};

Answer ask(const std::string& command) {
    Answer answer;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return answer;
    std::array<char, 4096> chunk{};
    while (std::fgets(chunk.data(), chunk.size(), pipe) != nullptr)
        answer.text += chunk.data();
    answer.status = ::pclose(pipe);
    return answer;
}

TEST(Units, are_there) {
    EXPECT_EQ(units().size(), 6U);
    EXPECT_TRUE(fs::exists(FAIRFEED_SOURCE_DIR "/systemd/fairfeed-tariff.timer"));
}

// A unit that a timer starts does its work and ends; the timer starts it again.
bool is_started_by_a_timer(const fs::path& unit) {
    fs::path timer = unit;
    return fs::exists(timer.replace_extension(".timer"));
}

TEST(Units, are_never_given_up) {
    for (const fs::path& unit : units()) {
        const std::string settings = settings_of(unit);
        if (is_started_by_a_timer(unit)) {
            EXPECT_NE(settings.find("\nType=oneshot\n"), std::string::npos) << unit;
            continue;
        }
        for (const char* wanted :
             {"\nStartLimitIntervalSec=0\n", "\nRestart=always\n", "\nRestartSec="})
            EXPECT_NE(settings.find(wanted), std::string::npos) << unit << " lacks" << wanted;
        EXPECT_EQ(settings.find("StartLimitBurst"), std::string::npos) << unit;
    }
}

TEST(Units, wait_neither_for_a_network_nor_for_a_clock) {
    for (const fs::path& unit : units())
        for (const char* never : {"network-online.target", "time-sync.target"})
            EXPECT_EQ(settings_of(unit).find(never), std::string::npos) << unit;
}

TEST(Units, refuse_a_name_that_was_not_provisioned_and_dump_no_keys) {
    for (const fs::path& unit : units()) {
        const std::string settings = settings_of(unit);
        EXPECT_NE(settings.find("\nAssertPathExists="), std::string::npos) << unit;
        EXPECT_EQ(settings.find("\nCondition"), std::string::npos) << unit;
        EXPECT_NE(settings.find("\nLimitCORE=0\n"), std::string::npos) << unit;
    }
}

TEST(Units, keep_what_a_process_said_last) {
    for (const fs::path& unit : units()) {
        const std::string settings = settings_of(unit);
        if (settings.find("\nRuntimeDirectory=") == std::string::npos) continue;
        EXPECT_NE(settings.find("\nRuntimeDirectoryPreserve=yes\n"), std::string::npos) << unit;
    }
}

TEST(Units, leave_the_machines_own_mosquitto_alone) {
    EXPECT_FALSE(fs::exists(FAIRFEED_SOURCE_DIR "/systemd/mosquitto.service.d"));
    for (const fs::path& unit : units())
        EXPECT_EQ(settings_of(unit).find(" mosquitto.service"), std::string::npos) << unit;
}

// Our programs are not installed where tests run, so another program stands in for them.
TEST(Units, are_accepted_by_systemd) {
    if (ask("command -v systemd-analyze").status != 0) GTEST_SKIP() << "no systemd-analyze here";
    std::string directory = fs::temp_directory_path() / "fairfeed-units.XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    for (const fs::path& unit : units()) {
        std::string text = text_of(unit);
        for (const char* program : {"/usr/bin/edge-node", "/usr/bin/gateway", "/usr/bin/meter-sim",
                                    "/usr/sbin/mosquitto"})
            for (std::size_t at = 0; (at = text.find(program, at)) != std::string::npos;)
                text.replace(at, std::string(program).size(), "/bin/true");
        std::ofstream(fs::path(directory) / unit.filename()) << text;
    }
    const Answer answer = ask("cd " + directory + " && systemd-analyze verify ./*.service");
    fs::remove_all(directory);
    EXPECT_EQ(answer.status, 0) << answer.text;
    EXPECT_EQ(answer.text, "");
}

}  // namespace
}  // namespace fairfeed::tidy
