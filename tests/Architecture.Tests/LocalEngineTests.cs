using System.Reflection;
using Chokepoint.LocalHosting.Model;

namespace Chokepoint.Architecture.Tests;

/// <summary>One AppHost compiles on two engines only as long as the local one offers what Aspire offers, and no more.</summary>
public sealed class LocalEngineTests
{
    private static readonly Type[] Offered = [.. typeof(DistributedApplication).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == typeof(DistributedApplication).Namespace)];

    [Fact]
    public void Every_public_member_of_the_model_is_one_of_Aspires()
    {
        var members = Offered.SelectMany(AspireSignatures.Of).ToArray();

        members.Length.ShouldBeGreaterThan(20);
        members.Where(member => !AspireSignatures.Recorded.Contains(member)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_public_type_of_the_model_is_named_in_Aspires_signatures()
    {
        var words = AspireSignatures.Recorded.SelectMany(line => line.Split([' ', '.', '<', '>', '(', ')', ',', ':', '?'])).ToHashSet(StringComparer.Ordinal);

        Offered.Select(type => type.Name).Where(name => !words.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void A_resource_builder_is_covariant_as_Aspires_is() =>
        typeof(IResourceBuilder<>).GetGenericArguments()[0].GenericParameterAttributes.HasFlag(GenericParameterAttributes.Covariant).ShouldBeTrue();
}
