using System.Security.Cryptography;
using Chokepoint.Notifications.Domain;
using Chokepoint.Notifications.Subscriptions;

namespace Chokepoint.Notifications.Tests.Domain;

public sealed class WebhookSecretTests
{
    /// <summary>The example that the libraries of Standard Webhooks test themselves with.</summary>
    [Fact]
    public void It_signs_as_the_published_libraries_do() =>
        new WebhookSecret(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            .Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8)
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public void It_is_shown_as_whsec_and_the_base64_of_32_bytes_and_never_by_accident()
    {
        var secret = WebhookSecret.Create();
        secret.Reveal().ShouldStartWith("whsec_");
        Convert.FromBase64String(secret.Reveal()["whsec_".Length..]).Length.ShouldBe(32);
        secret.ToString().ShouldBe("whsec_***");
    }

    [Fact]
    public void It_opens_for_its_own_subscription_with_any_key_of_the_file_and_not_otherwise()
    {
        var (old, now, other) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var subscription = Guid.CreateVersion7();
        var secret = WebhookSecret.Create();
        var box = new SecretVault([old]).Seal(secret, subscription);

        new SecretVault([now, old]).Open(box, subscription).Reveal().ShouldBe(secret.Reveal());
        Should.Throw<CryptographicException>(() => new SecretVault([other]).Open(box, subscription));
        Should.Throw<CryptographicException>(() => new SecretVault([old]).Open(box, Guid.CreateVersion7()));
        box[^1] ^= 1;
        Should.Throw<CryptographicException>(() => new SecretVault([old]).Open(box, subscription));
    }

    [Fact]
    public async Task The_key_file_is_made_once_readable_by_its_owner_alone_however_many_start_together()
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"keys-{Guid.NewGuid():N}", "webhooks.key");
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => KeyFile.ReadOrCreate(path).Single())));
        keys.Select(Convert.ToBase64String).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a remark")]
    [InlineData("too short")]
    [InlineData("c2hvcnQ=")]
    public void A_key_file_with_something_else_stops_the_start(string content)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"bad-{Guid.NewGuid():N}.key");
        File.WriteAllText(path, content);
        Should.Throw<InvalidDataException>(() => KeyFile.ReadOrCreate(path)).Message.ShouldContain(path);
    }
}
