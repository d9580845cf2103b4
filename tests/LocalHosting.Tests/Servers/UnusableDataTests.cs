using Chokepoint.LocalHosting.Servers;

namespace Chokepoint.LocalHosting.Tests.Servers;

public sealed class UnusableDataTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"chokepoint-tests-{Guid.NewGuid():n}");

    [Fact]
    public async Task Data_of_another_Postgres_version_is_refused_in_a_sentence_and_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(folder, "postgres"));
        var version = Path.Combine(folder, "postgres", "PG_VERSION");
        await File.WriteAllTextAsync(version, "9\n");

        var refusal = await Should.ThrowAsync<LocalHostingException>(
            () => PostgresProcess.ProvisionAsync(new PostgresOptions { Folder = folder }, CancellationToken.None));

        refusal.Message.ShouldContain("was made by PostgreSQL 9");
        refusal.Message.ShouldContain("./run --fresh");
        File.Exists(version).ShouldBeTrue();
    }

    [Fact]
    public void A_missing_RabbitMQ_is_named_with_what_to_do()
    {
        var refusal = Should.Throw<LocalHostingException>(() => RabbitMqPrograms.Find([], "/usr/bin"));

        refusal.Message.ShouldContain("apt-get install rabbitmq-server");
    }

    [Fact]
    public async Task A_missing_Postgres_is_named_with_what_to_do()
    {
        var refusal = await Should.ThrowAsync<LocalHostingException>(() => PostgresPrograms.FindAsync(folder, [], CancellationToken.None));

        refusal.Message.ShouldContain("apt-get install postgresql");
    }

    public void Dispose()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
