using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Tables, columns, keys and indexes in the names that SQL is written in: <c>control_notice.announced_on</c>. A name that a service
/// gives explicitly stays. (EFCore.NamingConventions does the same, and is not in every registry.)
/// </summary>
internal static class SnakeCase
{
    public static void UseSnakeCaseNames(this DbContextOptionsBuilder options) =>
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(new SnakeCaseExtension());

    /// <summary><c>AnnouncedOn</c> → <c>announced_on</c>, <c>HSCode6</c> → <c>hs_code6</c>; a name in snake case stays.</summary>
    public static string Name(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        for (var at = 0; at < name.Length; at++)
        {
            var startsWord = at > 0 && char.IsUpper(name[at]) && name[at - 1] is not '_'
                && (!char.IsUpper(name[at - 1]) || (at + 1 < name.Length && char.IsLower(name[at + 1])));
            if (startsWord)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[at]));
        }
        return snake.ToString();
    }
}

internal sealed class SnakeCaseConvention : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var entity in modelBuilder.Metadata.GetEntityTypes())
        {
            // The parts of a JSON column are named by the serializer, and only the column itself by us.
            if (entity.IsMappedToJson())
            {
                if (entity.GetContainerColumnName() is { } column)
                    entity.SetContainerColumnName(SnakeCase.Name(column));
                continue;
            }
            if (entity.BaseType is null && entity.FindOwnership() is null && entity.GetTableName() is { } table)
                entity.Builder.ToTable(SnakeCase.Name(table), entity.GetSchema());
        }

        foreach (var entity in modelBuilder.Metadata.GetEntityTypes().Where(entity => !entity.IsMappedToJson()))
            NameParts(entity);
    }

    private static void NameParts(IConventionEntityType entity)
    {
        if (StoreObjectIdentifier.Create(entity, StoreObjectType.Table) is { } table)
        {
            foreach (var property in entity.GetDeclaredProperties())
            {
                if (property.GetColumnName(table) is { } column)
                    property.Builder.HasColumnName(SnakeCase.Name(column));
            }
        }
        foreach (var key in entity.GetDeclaredKeys())
        {
            if (key.GetName() is { } name)
                key.Builder.HasName(SnakeCase.Name(name));
        }
        foreach (var foreignKey in entity.GetDeclaredForeignKeys())
        {
            if (foreignKey.GetConstraintName() is { } name)
                foreignKey.Builder.HasConstraintName(SnakeCase.Name(name));
        }
        foreach (var index in entity.GetDeclaredIndexes())
        {
            if (index.GetDatabaseName() is { } name)
                index.Builder.HasDatabaseName(SnakeCase.Name(name));
        }
    }
}

internal sealed class SnakeCasePlugin : IConventionSetPlugin
{
    public ConventionSet ModifyConventions(ConventionSet conventionSet)
    {
        conventionSet.ModelFinalizingConventions.Add(new SnakeCaseConvention());
        return conventionSet;
    }
}

internal sealed class SnakeCaseExtension : IDbContextOptionsExtension
{
    public DbContextOptionsExtensionInfo Info => field ??= new About(this);

    public void ApplyServices(IServiceCollection services) =>
        new EntityFrameworkServicesBuilder(services).TryAdd<IConventionSetPlugin, SnakeCasePlugin>();

    public void Validate(IDbContextOptions options)
    {
    }

    private sealed class About(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using snake case ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is About;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Chokepoint:SnakeCase"] = "1";
    }
}
