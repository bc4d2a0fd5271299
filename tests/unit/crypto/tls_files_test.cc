#include "core/crypto/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>

#include "tests/unit/crypto/tls_identity_files.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::IdentityFiles;

constexpr std::int64_t kDayS = IdentityFiles::kDayS;

std::int64_t now_s() {
    return std::time(nullptr);
}

TEST(TlsFiles, that_provisioning_made_are_right) {
    const IdentityFiles made;
    const auto report = check_tls_files(made.files(), "n1", now_s());
    EXPECT_THAT(report.mistakes, IsEmpty());
    EXPECT_THAT(report.of_time, IsEmpty());
    EXPECT_THAT(report.soon, IsEmpty());
}

struct Row {
    const char* damage;
    std::function<void(const IdentityFiles&)> do_it;
    const char* file;
    const char* said;
};

std::string with_windows_lines(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.insert(at, "\r");
    return text;
}

const std::vector<Row>& rows() {
    static const TlsIdentity kOwn = IdentityFiles::authority().issue_client("n1", 100);
    static const std::vector<Row> kRows = {
        {"no key", [](auto& in) { std::filesystem::remove(in.in("tls.key")); }, "tls.key",
         "cannot open this key: No such file or directory; copy it again"},
        {"no certificate", [](auto& in) { std::filesystem::remove(in.in("tls.crt")); }, "tls.crt",
         "cannot open this certificate: No such file or directory; copy it again"},
        {"no authority", [](auto& in) { std::filesystem::remove(in.in("ca.crt")); }, "ca.crt",
         "cannot open this certificate: No such file or directory; copy it again"},
        {"empty key", [](auto& in) { in.write("tls.key", ""); }, "tls.key",
         "is empty; copy it again"},
        {"empty certificate", [](auto& in) { in.write("tls.crt", ""); }, "tls.crt",
         "is empty; copy it again"},
        {"empty authority", [](auto& in) { in.write("ca.crt", ""); }, "ca.crt",
         "is empty; copy it again"},
        {"a key for everybody", [](auto& in) { in.write("tls.key", kOwn.key_pem, 0644); },
         "tls.key", "others may read this key (mode 0644); run: chmod 600 "},
        {"a key from Windows",
         [](auto& in) { in.write("tls.key", with_windows_lines(kOwn.key_pem)); }, "tls.key",
         "has the line ends of Windows (CR LF); run: sed -i "},
        {"half a key", [](auto& in) { in.write("tls.key", kOwn.key_pem.substr(0, 60)); }, "tls.key",
         "is no private key (PEM is expected); copy it again"},
        {"half a certificate",
         [](auto& in) { in.write("tls.crt", kOwn.certificate_pem.substr(0, 200)); }, "tls.crt",
         "is no certificate (PEM is expected); copy it again"},
        {"a certificate for a key", [](auto& in) { in.write("tls.key", kOwn.certificate_pem); },
         "tls.key", "is a certificate, and its private key belongs here"},
        {"a key for a certificate", [](auto& in) { in.write("tls.crt", kOwn.key_pem); }, "tls.crt",
         "is a private key, and a certificate belongs here"},
        {"another key", [](auto& in) { in.write("tls.key", kOwn.key_pem); }, "tls.key",
         "is not the key of the certificate "},
        {"another authority",
         [](auto& in) {
             in.put(CertificateAuthority::create("other", 100).issue_client("n1", 100));
         },
         "tls.crt", "was not issued by the authority in "},
        {"another authority of the same name",
         [](auto& in) {
             in.put(CertificateAuthority::create("fairfeed street", 100).issue_client("n1", 100));
         },
         "tls.crt", "was not issued by the authority in "},
        {"somebody for an authority", [](auto& in) { in.write("ca.crt", kOwn.certificate_pem); },
         "tls.crt", "was not issued by the authority in "},
        {"another node's identity",
         [](auto& in) { in.put(IdentityFiles::authority().issue_client("n2", 100)); }, "tls.crt",
         "is the identity of 'n2', and this is 'n1'; put the files of 'n1' here"},
        {"a broker's certificate",
         [](auto& in) {
             in.put(IdentityFiles::authority().issue_broker("n1", {"127.0.0.1"}, 100));
         },
         "tls.crt", "is a broker's certificate and opens no connection"},
    };
    return kRows;
}

TEST(TlsFiles, have_a_line_of_their_own_for_each_mistake) {
    for (const Row& row : rows()) {
        const IdentityFiles made;
        row.do_it(made);
        const auto report = check_tls_files(made.files(), "n1", now_s());
        EXPECT_THAT(report.mistakes,
                    ElementsAre(HasSubstr(made.in(row.file).string() + ": " + row.said)))
            << row.damage;
        for (const std::string& line : report.mistakes)
            EXPECT_EQ(line.find('\n'), std::string::npos);
    }
}

TEST(TlsFiles, of_many_identities_of_one_authority_are_each_judged) {
    const IdentityFiles one;
    const IdentityFiles other("n2");
    const IdentityFiles foreign;
    foreign.write("ca.crt", CertificateAuthority::create("fairfeed street", 100).certificate_pem());
    const TlsFiles shared{other.in("tls.key"), other.in("tls.crt"), one.in("ca.crt")};
    TlsFilesChecker checker;
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(checker.check(one.files(), "n1", now_s()).mistakes, IsEmpty());
        EXPECT_THAT(checker.check(shared, "n2", now_s()).mistakes, IsEmpty());
        EXPECT_THAT(checker.check(shared, "n1", now_s()).mistakes,
                    ElementsAre(HasSubstr("is the identity of 'n2'")));
        EXPECT_THAT(checker.check(foreign.files(), "n1", now_s()).mistakes,
                    ElementsAre(HasSubstr("was not issued by the authority in")));
    }
}

TEST(TlsFiles, without_an_authority_are_refused_until_it_is_there) {
    const IdentityFiles made;
    std::filesystem::remove(made.in("ca.crt"));
    TlsFilesChecker checker;
    EXPECT_THAT(checker.check(made.files(), "n1", now_s()).mistakes,
                ElementsAre(HasSubstr("ca.crt: cannot open")));
    made.write("ca.crt", IdentityFiles::authority().certificate_pem());
    EXPECT_THAT(checker.check(made.files(), "n1", now_s()).mistakes, IsEmpty());
}

TEST(TlsFiles, are_accepted_beside_an_older_authority) {
    const IdentityFiles made;
    made.write("ca.crt", CertificateAuthority::create("fairfeed street", 100).certificate_pem() +
                             IdentityFiles::authority().certificate_pem());
    EXPECT_THAT(check_tls_files(made.files(), "n1", now_s()).mistakes, IsEmpty());
    const auto later = check_tls_files(made.files(), "n1", now_s() + 101 * kDayS);
    EXPECT_THAT(later.of_time, Not(Contains(HasSubstr("ca.crt"))))
        << "the other one is in its time";
    const auto soon = check_tls_files(made.files(), "n1", now_s() + 90 * kDayS);
    EXPECT_THAT(soon.soon, Contains(HasSubstr("ca.crt: expires in ")));
}

TEST(TlsFiles, that_are_out_of_their_time_are_no_mistake_but_said) {
    const IdentityFiles expired("n1", {.from_s = -10 * kDayS, .until_s = -kDayS});
    const auto late = check_tls_files(expired.files(), "n1", now_s());
    EXPECT_THAT(late.mistakes, IsEmpty());
    EXPECT_THAT(late.of_time,
                ElementsAre(HasSubstr(expired.in("tls.crt").string() + ": expired on 2")));
    const IdentityFiles future("n1", {.from_s = kDayS, .until_s = 100 * kDayS});
    const auto early = check_tls_files(future.files(), "n1", now_s());
    EXPECT_THAT(early.mistakes, IsEmpty());
    EXPECT_THAT(early.of_time, ElementsAre(HasSubstr("tls.crt: valid only from 2")));
    // A machine whose clock says 1970 finds the authority's certificate too new as well.
    const IdentityFiles right;
    EXPECT_THAT(check_tls_files(right.files(), "n1", 0).of_time,
                ElementsAre(HasSubstr("this machine's clock says 1970-01-01 00:00:00 UTC"),
                            HasSubstr("ca.crt: valid only from")));
}

TEST(TlsFiles, are_told_of_thirty_days_before_they_expire) {
    const IdentityFiles made;
    const std::int64_t end_s = now_s() + 100 * kDayS;
    EXPECT_THAT(check_tls_files(made.files(), "n1", end_s - 31 * kDayS).soon, IsEmpty());
    EXPECT_THAT(check_tls_files(made.files(), "n1", end_s - 30 * kDayS + 60).soon,
                ElementsAre(HasSubstr("tls.crt: expires in 29 days, on ")));
    EXPECT_THAT(check_tls_files(made.files(), "n1", end_s - 7200).soon,
                ElementsAre(HasSubstr("tls.crt: expires within a day, on ")));
}

}  // namespace
}  // namespace fairfeed
