// The real programs given wrong files. Each wrong file gets an own line with its name and a remedy,
// from --check-config and at the start, for a node and for a meter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "core/base/check.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/signing.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::int64_t kDayS = 86'400;
constexpr const char* kLab =
    "network: {name: lab, grid_epoch: 2016-08-08T00:00, starts_in_s: 3600, preset: lab}\n"
    "nodes:\n"
    "  - {id: n1, location: {east_m: 0, north_m: 0}, address: 127.0.0.1, port: 18831}\n"
    "  - {id: n2, location: {east_m: 9, north_m: 0}, address: 127.0.0.1, port: 18832}\n"
    "clusters:\n"
    "  - {id: ash, parent: n1}\n"
    "  - {id: elm, parent: n2}\n"
    "meters:\n"
    "  - {id: m1, cluster: ash, capacity_w: 0}\n"
    "  - {id: m2, cluster: elm, capacity_w: 0}\n"
    "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
    "meter_source: {seed: 1}\n";

std::string text_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
}

// A provisioned network whose files the test damages.
class Network {
  public:
    Network() {
        std::ofstream(place_ / "lab.yaml") << kLab;
        RunningProgram made({program("gateway"), "provision", "lab.yaml", "--out", "net"},
                            place_.path());
        CHECK(made.wait() == 0);
    }
    [[nodiscard]] fs::path in(const std::string& name) const { return place_ / ("net/" + name); }
    void write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        std::ofstream(in(name), std::ios::binary) << text;
        CHECK(::chmod(in(name).c_str(), mode) == 0);
    }
    void copy(const std::string& from, const std::string& to) const {
        write(to, text_of(in(from)));
    }
    void with_windows_lines(const std::string& name) const {
        std::string text = text_of(in(name));
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
            text.insert(at, "\r");
        write(name, text);
    }
    void reissue(const std::string& directory, const std::string& name,
                 const Validity& validity) const {
        const auto authority =
            CertificateAuthority::load(text_of(in("ca/ca.key")), text_of(in("ca/ca.crt")));
        CHECK(authority.has_value());
        const TlsIdentity identity = authority->issue_client(name, validity);
        write(directory + "tls.key", identity.key_pem);
        write(directory + "tls.crt", identity.certificate_pem);
    }

  private:
    testing_support::TempDirectory place_;
};

std::vector<std::string> run_of(const std::string& who, const Network& net) {
    const bool node = who == "edge-node";
    return {program(who), "run", "--config",
            net.in(node ? "nodes/n1/edge-node.yaml" : "meters/meter-sim.yaml")};
}

const std::string kN1 = "nodes/n1/keys/";
const std::string kN2 = "nodes/n2/keys/";
const std::string kM1 = "meters/m1/";
const std::string kM2 = "meters/m2/";

using Damage = std::function<void(const Network&)>;

struct Row {
    const char* program;
    const char* damage;
    Damage do_it;
    const char* said;
};

Damage gone(const std::string& name) {
    return [name](const Network& net) { fs::remove(net.in(name)); };
}
Damage with(const std::string& name, const std::string& text) {
    return [name, text](const Network& net) { net.write(name, text); };
}
Damage copied(const std::string& from, const std::string& to) {
    return [from, to](const Network& net) { net.copy(from, to); };
}
Damage open(const std::string& name) {
    return [name](const Network& net) { CHECK(::chmod(net.in(name).c_str(), 0644) == 0); };
}
Damage windows(const std::string& name) {
    return [name](const Network& net) { net.with_windows_lines(name); };
}
Damage another(const std::string& directory, const std::string& name) {
    return [directory, name](const Network& net) {
        const auto other = CertificateAuthority::create("other", 9).issue_client(name, 9);
        net.write(directory + "tls.key", other.key_pem);
        net.write(directory + "tls.crt", other.certificate_pem);
    };
}
Damage whose(const std::string& from, const std::string& to) {
    return [from, to](const Network& net) {
        net.copy(from + "tls.key", to + "tls.key");
        net.copy(from + "tls.crt", to + "tls.crt");
    };
}

std::vector<Row> node_rows() {
    return {
        {"edge-node", "no genesis", gone("genesis.cbor"), "; copy genesis.cbor of the network's"},
        {"edge-node", "empty genesis", with("genesis.cbor", ""), "genesis.cbor: is empty; copy"},
        {"edge-node", "no genesis at all", with("genesis.cbor", "x"), ": no valid genesis: "},
        {"edge-node", "no key", gone(kN1 + "signing.key"), "signing.key: cannot open this key: No"},
        {"edge-node", "empty key", with(kN1 + "signing.key", ""), "signing.key: is empty; copy it"},
        {"edge-node", "other's key", copied(kN2 + "signing.key", kN1 + "signing.key"),
         "signing.key: is the key of 'n2', and this is 'n1'; put the files of 'n1' here"},
        {"edge-node", "strange key", with(kN1 + "signing.key", SigningKey::generate().to_pem()),
         "signing.key: not the key that "},
        {"edge-node", "other's key", copied(kN2 + "agreement.key", kN1 + "agreement.key"),
         "agreement.key: is the key of 'n2', and this is 'n1'"},
        {"edge-node", "key for all", open(kN1 + "tls.key"),
         "tls.key: others may read this key (mode 0644); run: chmod 600 "},
        {"edge-node", "Windows", windows(kN1 + "tls.key"), "tls.key: has the line ends of Windows"},
        {"edge-node", "no authority", gone(kN1 + "ca.crt"), "ca.crt: cannot open this certificate"},
        {"edge-node", "other authority", another(kN1, "n1"), "tls.crt: was not issued by the "},
        {"edge-node", "wrong key", copied(kN2 + "tls.key", kN1 + "tls.key"),
         "tls.key: is not the key of the certificate "},
        {"edge-node", "other's identity", whose(kN2, kN1), "tls.crt: is the identity of 'n2', and"},
    };
}

std::vector<Row> meter_rows() {
    return {
        {"meter-sim", "no genesis", gone("genesis.cbor"), "; copy genesis.cbor of the network's"},
        {"meter-sim", "no key", gone(kM1 + "signing.key"), "signing.key: cannot open this key: No"},
        {"meter-sim", "other's key", copied(kM2 + "signing.key", kM1 + "signing.key"),
         "signing.key: not the key genesis registers for meter 'm1'"},
        {"meter-sim", "Windows", windows(kM1 + "data.key"),
         "data.key: has the line ends of Window"},
        {"meter-sim", "empty key", with(kM1 + "data.key", ""), "data.key: is empty; copy it again"},
        {"meter-sim", "key for all", open(kM1 + "tls.key"),
         "tls.key: others may read this key (mode 0644); run: chmod 600 "},
        {"meter-sim", "empty certificate", with(kM1 + "tls.crt", ""), "tls.crt: is empty; copy it"},
        {"meter-sim", "no authority", gone("meters/ca.crt"),
         "ca.crt: cannot open this certificate"},
        {"meter-sim", "other authority", another(kM1, "m1"), "tls.crt: was not issued by the "},
        {"meter-sim", "wrong key", copied(kM2 + "tls.key", kM1 + "tls.key"),
         "tls.key: is not the key of the certificate "},
        {"meter-sim", "other's identity", whose(kM2, kM1), "tls.crt: is the identity of 'm2', and"},
    };
}

TEST(WrongFiles, have_a_line_of_their_own_when_they_are_checked_and_at_the_start) {
    std::vector<Row> rows = node_rows();
    for (Row& row : meter_rows())
        rows.push_back(std::move(row));
    for (const Row& row : rows) {
        const Network net;
        row.do_it(net);
        for (const bool check : {true, false}) {
            auto command = run_of(row.program, net);
            if (check) command.emplace_back("--check-config");
            RunningProgram run(command);
            EXPECT_EQ(run.wait(), 2) << row.program << ": " << row.damage << '\n' << run.output();
            EXPECT_EQ(run.lines().size(), 1U) << row.damage << '\n' << run.output();
            EXPECT_THAT(run.output(), HasSubstr(row.said)) << row.program << ": " << row.damage;
        }
    }
}

TEST(WrongFiles, are_none_in_what_provisioning_made) {
    const Network net;
    for (const char* who : {"edge-node", "meter-sim"}) {
        auto command = run_of(who, net);
        command.emplace_back("--check-config");
        RunningProgram run(command);
        EXPECT_EQ(run.wait(), 0) << run.output();
        EXPECT_THAT(run.output(),
                    HasSubstr("well formed; keys, certificates and genesis are there"));
    }
}

struct Time {
    Validity validity;
    int code;           // exit status of the check
    const char* said;   // text in the check's output
    const char* alarm;  // text in the running program's output
};

// The machine's clock may be the wrong one, so the program starts, raises an alarm, and goes on
// once the clock is right.
TEST(WrongFiles, of_the_wrong_time_are_alarms_while_a_program_runs) {
    const Time times[] = {
        {{-9 * kDayS, -kDayS}, 2, "tls.crt: expired on 2", "tls.crt is not valid now: expired on"},
        {{kDayS, 9 * kDayS}, 2, "tls.crt: valid only from 2", "tls.crt is not valid now: valid"},
        {{-kDayS, 9 * kDayS}, 0, "tls.crt: expires in ", "tls.crt expires soon: expires in"},
    };
    const std::pair<const char*, const char*> who[] = {{"edge-node", "nodes/n1/keys/"},
                                                       {"meter-sim", "meters/m1/"}};
    for (const Time& time : times) {
        for (const auto& [name, directory] : who) {
            const Network net;
            net.reissue(directory, name == std::string("edge-node") ? "n1" : "m1", time.validity);
            auto command = run_of(name, net);
            command.emplace_back("--check-config");
            RunningProgram check(command);
            EXPECT_EQ(check.wait(), time.code) << check.output();
            EXPECT_THAT(check.output(), HasSubstr(time.said));
            RunningProgram run(run_of(name, net));
            EXPECT_TRUE(run.says(time.alarm)) << run.output();
            run.signal(SIGTERM);
            EXPECT_EQ(run.wait(), 0) << run.output();
        }
    }
}

}  // namespace
}  // namespace fairfeed::e2e
