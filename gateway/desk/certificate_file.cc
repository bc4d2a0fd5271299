#include "gateway/desk/certificate_file.h"

#include "core/io/file.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxCertificateFile = 10'000;

template <class Id>
std::optional<Id> name_in(const Json& json, std::string_view member) {
    const std::string* text = json.at(member).as_text();
    return text != nullptr ? Id::parse(*text) : std::nullopt;
}

std::optional<std::int64_t> whole_in(const Json& json, std::string_view member) {
    const std::int64_t* value = json.at(member).as_int();
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

template <class Fixed>
std::optional<Fixed> bytes_in(const Json& json, std::string_view member) {
    const std::string* text = json.at(member).as_text();
    return text != nullptr ? fixed_from_hex<Fixed>(*text) : std::nullopt;
}

std::optional<SaltedCertificate> certificate_in(const Json& json) {
    const auto application = name_in<ApplicationId>(json, "application");
    const auto meter = name_in<MeterId>(json, "meter");
    const auto inspector = name_in<NodeId>(json, "inspector");
    const auto capacity_w = whole_in(json, "capacity_w");
    const auto from_s = whole_in(json, "valid_from_s");
    const auto until_s = whole_in(json, "valid_until_s");
    const auto salt = bytes_in<Salt>(json, "salt");
    const std::string* name = json.at("technology").as_text();
    const auto technology = name != nullptr ? technology_named(*name) : std::nullopt;
    if (!application || !meter || !inspector || !capacity_w || !from_s || !until_s || !salt ||
        !technology)
        return std::nullopt;
    return SaltedCertificate{
        {*application, *meter, *capacity_w, *technology, *inspector, *from_s, *until_s}, *salt};
}

}  // namespace

Json certificate_json(const SaltedCertificate& salted) {
    const InstallationCertificate& certificate = salted.certificate;
    return Json::object()
        .set("application", certificate.application.str())
        .set("meter", certificate.meter.str())
        .set("capacity_w", certificate.capacity_w)
        .set("technology", to_string(certificate.technology))
        .set("inspector", certificate.inspector.str())
        .set("valid_from_s", certificate.valid_from_s)
        .set("valid_until_s", certificate.valid_until_s)
        .set("salt", to_hex(salted.salt.view()))
        .set("commitment", to_hex(commitment_of(salted).view()));
}

Result<SaltedCertificate, std::string> load_certificate_file(const std::filesystem::path& file) {
    const auto text = read_text_file(file, kMaxCertificateFile);
    if (!text) return unexpected(text.error().message);
    const auto json = Json::parse(*text);
    if (!json) return unexpected(file.string() + ": " + json.error());
    const auto salted = certificate_in(*json);
    const auto said = bytes_in<Digest>(*json, "commitment");
    if (!salted || !said)
        return unexpected(file.string() +
                          ": no certificate as `gateway capacity-code issue` writes it");
    if (*said != commitment_of(*salted))
        return unexpected(file.string() +
                          ": altered: its commitment is not that of certificate and salt");
    return *salted;
}

}  // namespace fairfeed
