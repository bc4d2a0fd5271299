// An owner of an installation proves what was certified, without the office.
#include <gmock/gmock.h>

#include "core/io/json.h"
#include "gateway/commands/capacity_code_commands.h"
#include "tests/unit/commands/certified_directory.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using Answer = testing_support::Run;

class AnOwner : public ::testing::Test {
  protected:
    [[nodiscard]] Answer prove(const std::filesystem::path& certificate) const {
        std::ostringstream page;
        std::ostringstream errors;
        const int status = run_prove_code(
            {certificate, directory_.genesis(), directory_.ledger(), false}, page, errors);
        return {status, page.str(), errors.str()};
    }
    [[nodiscard]] std::filesystem::path altered(std::string_view member, Json value) const {
        Json json = certificate_json(test::CertifiedDirectory::salted());
        json.set(member, std::move(value));
        std::ofstream(directory_.in("altered.json")) << json.dump(2);
        return directory_.in("altered.json");
    }
    test::CertifiedDirectory directory_;
};

TEST_F(AnOwner, proves_by_certificate_salt_and_chain_what_was_certified) {
    const Answer proved = prove(directory_.certificate());
    EXPECT_EQ(proved.status, 0) << proved.err;
    EXPECT_THAT(proved.out, HasSubstr("Proved: block 2 certifies 5200 W for meter meter-1-1"));
}

TEST_F(AnOwner, proves_nothing_with_an_altered_certificate) {
    EXPECT_THAT(prove(altered("capacity_w", 9000)).err, HasSubstr("altered: its commitment"));
    EXPECT_THAT(prove(altered("salt", "00")).err, HasSubstr("no certificate as"));
    SaltedCertificate other = test::CertifiedDirectory::salted();
    other.certificate.capacity_w = 9000;
    std::ofstream(directory_.in("other.json")) << certificate_json(other).dump(2);
    const Answer refused = prove(directory_.in("other.json"));
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("no block names the commitment"));
    EXPECT_EQ(prove(directory_.in("nowhere.json")).status, 2);
}

}  // namespace
}  // namespace fairfeed
