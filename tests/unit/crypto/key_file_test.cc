#include "core/crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class KeyFile : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "fairfeed-key-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { fs::remove_all(directory_); }

    [[nodiscard]] fs::path file(std::string_view name) const { return directory_ / name; }
    [[nodiscard]] fs::path written(std::string_view name, std::string_view content,
                                   mode_t mode) const {
        std::ofstream(file(name)) << content;
        EXPECT_EQ(::chmod(file(name).c_str(), mode), 0);
        return file(name);
    }

  private:
    fs::path directory_;
};

std::string content_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

mode_t mode_of(const fs::path& file) {
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

TEST_F(KeyFile, saves_a_key_for_its_owner_only_whatever_the_umask) {
    const mode_t before = ::umask(0);
    const auto open_hand = save_secret(file("a.pem"), "x");
    ::umask(0777);
    const auto closed_hand = save_secret(file("b.pem"), "x");
    ::umask(before);
    EXPECT_TRUE(open_hand && closed_hand);
    EXPECT_EQ(mode_of(file("a.pem")), 0600U);
    EXPECT_EQ(mode_of(file("b.pem")), 0600U);
}

TEST_F(KeyFile, brings_every_kind_of_key_back) {
    const SigningKey signing = SigningKey::generate();
    const AgreementKey agreement = AgreementKey::generate();
    ASSERT_TRUE(save_secret(file("signing.pem"), signing.to_pem()));
    ASSERT_TRUE(save_secret(file("agreement.pem"), agreement.to_pem()));
    ASSERT_TRUE(save_secret(file("data.key"), "000102030405060708090a0b0c0d0e0f\n"));
    const auto signing_again = load_signing_key(file("signing.pem"));
    const auto agreement_again = load_agreement_key(file("agreement.pem"));
    const auto data_again = load_symmetric_key(file("data.key"));
    ASSERT_TRUE(signing_again && agreement_again && data_again);
    EXPECT_EQ(signing_again->public_key(), signing.public_key());
    EXPECT_EQ(agreement_again->public_key(), agreement.public_key());
    EXPECT_EQ(to_hex(data_again->view()), "000102030405060708090a0b0c0d0e0f");
}

TEST_F(KeyFile, never_overwrites_a_key) {
    ASSERT_TRUE(save_secret(file("a.pem"), "first"));
    const auto second = save_secret(file("a.pem"), "second");
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error(), HasSubstr(file("a.pem").string() + ": exists already"));
    EXPECT_EQ(content_of(file("a.pem")), "first");
}

TEST_F(KeyFile, never_writes_a_key_through_a_link_laid_in_its_place) {
    fs::create_symlink(file("elsewhere"), file("a.pem"));
    EXPECT_FALSE(save_secret(file("a.pem"), "secret"));
    EXPECT_FALSE(fs::exists(file("elsewhere")));
}

TEST_F(KeyFile, says_when_a_directory_is_missing) {
    const auto saved = save_secret(file("no/such/a.pem"), "x");
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.error(), HasSubstr("No such file or directory"));
}

TEST_F(KeyFile, refuses_a_key_that_others_may_read_and_says_the_remedy) {
    const std::string pem = SigningKey::generate().to_pem();
    for (const mode_t mode : {0640U, 0604U, 0660U, 0644U, 0610U, 0601U}) {
        const fs::path path = written("open.pem", pem, mode);
        const auto key = load_signing_key(path);
        ASSERT_FALSE(key) << mode;
        EXPECT_THAT(key.error(), HasSubstr(path.string() + ": others may read this key"));
        EXPECT_THAT(key.error(), HasSubstr("run: chmod 600 " + path.string()));
        EXPECT_THAT(key.error(), Not(HasSubstr("\n")));
    }
    EXPECT_TRUE(load_signing_key(written("open.pem", pem, 0600)));
    EXPECT_TRUE(load_signing_key(written("open.pem", pem, 0400)));
}

TEST_F(KeyFile, shows_the_mode_it_refuses) {
    const auto key = load_symmetric_key(written("open.key", "00", 0644));
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error(), HasSubstr("(mode 0644)"));
}

TEST_F(KeyFile, names_a_missing_file_and_what_is_no_key_file) {
    const auto missing = load_signing_key(file("none.pem"));
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error(), HasSubstr(file("none.pem").string()));
    EXPECT_THAT(missing.error(),
                HasSubstr("No such file or directory; copy it again from what provisioning made"));
    const auto directory = load_signing_key(file(""));
    ASSERT_FALSE(directory);
    EXPECT_THAT(directory.error(), HasSubstr("not a regular file"));
    const auto endless = load_signing_key("/dev/zero");
    ASSERT_FALSE(endless);
    EXPECT_THAT(endless.error(), HasSubstr("not a regular file"));
}

TEST_F(KeyFile, refuses_content_that_is_no_key) {
    const std::string pem = SigningKey::generate().to_pem();
    EXPECT_FALSE(load_signing_key(written("a", "", 0600)));
    EXPECT_FALSE(load_agreement_key(written("b", pem.substr(0, 80), 0600)));
    EXPECT_FALSE(load_signing_key(written("c", std::string(20'000, 'x'), 0600)));
}

TEST_F(KeyFile, names_an_empty_file_and_one_that_came_by_way_of_windows) {
    const auto empty = load_signing_key(written("empty", "", 0600));
    ASSERT_FALSE(empty);
    EXPECT_THAT(empty.error(), HasSubstr("empty: is empty; copy it again"));
    std::string pem = SigningKey::generate().to_pem();
    for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos; at += 2)
        pem.insert(at, "\r");
    for (const std::string& text : {pem, std::string("000102030405060708090a0b0c0d0e0f\r\n")}) {
        const fs::path path = written("from windows", text, 0600);
        const std::string remedy = "run: sed -i 's/\\r$//' '" + path.string() + "'";
        const auto signing = load_signing_key(path);
        ASSERT_FALSE(signing);
        EXPECT_THAT(signing.error(), HasSubstr("has the line ends of Windows (CR LF); " + remedy));
        const auto data = load_symmetric_key(path);
        ASSERT_FALSE(data);
        EXPECT_THAT(data.error(), HasSubstr(remedy));
    }
}

TEST_F(KeyFile, refuses_symmetric_keys_of_another_form) {
    const std::string digits = "000102030405060708090a0b0c0d0e0f";
    EXPECT_TRUE(load_symmetric_key(written("good", digits, 0600)));
    for (const std::string& bad : {digits.substr(2), digits + "10", digits + "\n\n",
                                   digits.substr(1) + "g", std::string("\n"), " " + digits}) {
        const auto key = load_symmetric_key(written("bad", bad, 0600));
        ASSERT_FALSE(key) << bad;
        EXPECT_THAT(key.error(), HasSubstr("32 hex digits"));
    }
}

}  // namespace
}  // namespace fairfeed
