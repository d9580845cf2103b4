using System.Runtime.CompilerServices;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Operations;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>Every supply profile as it was last announced.</summary>
internal sealed class ProfileFacts(NpgsqlDataSource source, TimeProvider time) : IFacts<SupplyProfileChanged>
{
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM supply_profiles");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<SupplyProfileChanged> StateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT profile FROM supply_profiles");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var last = JsonSerializer.Deserialize<SupplyProfileChanged>(reader.GetString(0), EventJson.Options)!;
            yield return last with { EventId = Guid.CreateVersion7(time.GetUtcNow()), Silent = true };
        }
    }
}
