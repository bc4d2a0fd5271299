#include "core/crypto/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/shell.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxKeyFileSize = 16 * 1024;
constexpr const char* kCopyAgain = "copy it again from what provisioning made";
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  private:
    int fd_;
};

Unexpected<KeyFileError> fault(const std::filesystem::path& file, std::string_view what) {
    return unexpected(file.string() + ": " + std::string(what));
}

Unexpected<KeyFileError> system_fault(const std::filesystem::path& file, std::string_view action,
                                      int error) {
    return fault(file, "cannot " + std::string(action) + ": " + std::strerror(error));
}

std::string octal(mode_t mode) {
    std::string out = "0000";
    for (std::size_t i = 4; i-- > 0; mode >>= 3U)
        out[i] = static_cast<char>('0' + (mode & 7U));
    return out;
}

Result<SecretText, KeyFileError> read_all(const Descriptor& descriptor,
                                          const std::filesystem::path& file) {
    std::string text(kMaxKeyFileSize + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(descriptor.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_fault(file, "read this key", errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    SecretText out(std::move(text));
    if (size > kMaxKeyFileSize) return fault(file, "too long for a key; name a key file");
    return SecretText(out.text().substr(0, size));
}

Result<SecretText, KeyFileError> read_secret(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor.is_open() && errno == ENOENT)
        return fault(file,
                     std::string("cannot open this key: No such file or directory; ") + kCopyAgain);
    if (!descriptor.is_open()) return system_fault(file, "open this key", errno);
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return system_fault(file, "inspect it", errno);
    if (!S_ISREG(status.st_mode)) return fault(file, "not a regular file; name a key file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fault(file, "others may read this key (mode " + octal(status.st_mode & 07777U) +
                               "); run: chmod 600 " + shell_word(file.string()));
    }
    auto secret = read_all(descriptor, file);
    if (!secret) return secret;
    if (secret->text().empty()) return fault(file, std::string("is empty; ") + kCopyAgain);
    if (secret->text().find('\r') != std::string::npos)
        return fault(file, "has the line ends of Windows (CR LF); run: sed -i 's/\\r$//' " +
                               shell_word(file.string()));
    return secret;
}

template <class Key>
Result<Key, KeyFileError> load_pem(const std::filesystem::path& file) {
    const auto secret = read_secret(file);
    if (!secret) return unexpected(secret.error());
    auto key = Key::from_pem(secret->text());
    if (!key) return fault(file, "not a P-256 private key (unencrypted PKCS#8 PEM is expected)");
    return *std::move(key);
}

int write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return 0;
}

// A file's name is durable only after a sync of its directory.
int sync_directory_of(const std::filesystem::path& file) {
    const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.is_open() && ::fsync(directory.get()) == 0 ? 0 : errno;
}

}  // namespace

SecretText::~SecretText() {
    OPENSSL_cleanse(text_.data(), text_.size());
}

Result<SecretText, KeyFileError> load_secret_text(const std::filesystem::path& file) {
    return read_secret(file);
}

Result<SigningKey, KeyFileError> load_signing_key(const std::filesystem::path& file) {
    return load_pem<SigningKey>(file);
}

Result<AgreementKey, KeyFileError> load_agreement_key(const std::filesystem::path& file) {
    return load_pem<AgreementKey>(file);
}

Result<SymmetricKey, KeyFileError> load_symmetric_key(const std::filesystem::path& file) {
    const auto secret = read_secret(file);
    if (!secret) return unexpected(secret.error());
    std::string_view digits = secret->text();
    if (digits.ends_with('\n')) digits.remove_suffix(1);
    const auto key = fixed_from_hex<SymmetricKey>(digits);
    if (!key) return fault(file, "not a symmetric key (32 hex digits and a newline are expected)");
    return *key;
}

Result<void, KeyFileError> save_secret(const std::filesystem::path& file,
                                       std::string_view content) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const Descriptor descriptor(::open(file.c_str(), flags, kOwnerOnly));
    if (!descriptor.is_open() && errno == EEXIST) {
        return fault(file, "exists already and keys are never overwritten; move it away first");
    }
    if (!descriptor.is_open()) return system_fault(file, "create this key", errno);
    int error = ::fchmod(descriptor.get(), kOwnerOnly) == 0 ? 0 : errno;
    if (error == 0) error = write_all(descriptor.get(), content);
    if (error == 0 && ::fsync(descriptor.get()) != 0) error = errno;
    if (error == 0) error = sync_directory_of(file);
    if (error == 0) return {};
    ::unlink(file.c_str());
    return system_fault(file, "write this key", error);
}

}  // namespace fairfeed
