#include "tests/fuzz/capacity_seeds.h"

#include "gateway/capacity/inspection.h"
#include "gateway/capacity/typed_text.h"
#include "tests/fuzz/properties.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::fuzz {
namespace {

constexpr std::int64_t kDay = 1'800'000'000;

InstallationCertificate certificate() {
    return {.application = ApplicationId("a-7"),
            .meter = MeterId("m-101"),
            .capacity_w = 5200,
            .technology = Technology::solar,
            .inspector = NodeId("inspector-1"),
            .valid_from_s = kDay,
            .valid_until_s = kDay + 30 * 86'400};
}

}  // namespace

const OfficeSeal& office_seal() {
    static const SymmetricKey kKey = *SymmetricKey::from(samples::digest("codes").view().first(16));
    static const OfficeSeal kSeal{kKey, network()};
    return kSeal;
}

Bytes inspection_seed() {
    InspectionRecord record;
    record.application = ApplicationId("a-7");
    record.meter = MeterId("m-101");
    record.nameplate_w = 5200;
    record.serials = {"SN 4711"};
    record.photos = {samples::digest("roof")};
    record.visited_s = kDay;
    record.remark = "two strings";
    return sign_inspection(record, NodeId("inspector-1"), network(), samples::signer("inspector-1"))
        .envelope;
}

Bytes installation_seed() {
    return encode_installation(certificate());
}

std::string code_seed() {
    const auto salt = [](std::span<std::uint8_t> out) {
        std::fill(out.begin(), out.end(), std::uint8_t{7});
    };
    return to_typed_text(seal_code(certificate(), office_seal(), salt));
}

std::string code_request_seed() {
    std::string code = code_seed();
    std::replace(code.begin(), code.end(), '\n', ' ');
    return "POST\n/api/v1/codes/reading\n\n{\"code\":\"" + code + "\"}";
}

}  // namespace fairfeed::fuzz
